/** Starting a thread of JavaScript beside the main one: one way for all that need one. */

/**
 * Starts a thread that runs `source`, in which `workerData` and `require` are defined. It neither keeps the process alive
 * nor has its environment. One that does not come up is not missed here: who waits for it asks shared memory. Throws when
 * there can be no threads.
 */
export function startWorkerThread(source: string, workerData: object): void {
  // Loaded late: most runs need no thread.
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  // A loader such as tsx names functions through a helper that the thread does not have.
  const whole = `const __name = (f) => f;
const { workerData } = require('node:worker_threads');
${source}`;
  const worker = new Worker(whole, {
    eval: true,
    workerData,
    execArgv: [],
    env: {},
    trackUnmanagedFds: false,
    // Streams of its own. To connect it with the process's, Node would open those, and a pipe is non-blocking from then on.
    stdout: true,
    stderr: true,
  });
  worker.unref();
  worker.on('error', () => {});
}
