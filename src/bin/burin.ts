/** The `burin` command. */
import { main } from '../cli/main.js';
import { settleBeforeExit } from '../garbage.js';

process.once('exit', settleBeforeExit);
void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
  // Node's wait comes before its exit event.
  settleBeforeExit();
});
