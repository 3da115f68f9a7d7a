/** Datagrams for `sysdig.udp_send`: to one IPv4 peer, never blocking the capture. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';

export class UdpPeer {
  private readonly socket: Socket;

  private constructor(
    private readonly address: string,
    private readonly port: number,
  ) {
    this.socket = createSocket('udp4');
    // A datagram nobody receives is nobody's error.
    this.socket.on('error', () => undefined);
    this.socket.unref();
  }

  /** undefined when the address is not IPv4. */
  static open(address: string, port: number): UdpPeer | undefined {
    return isIPv4(address) ? new UdpPeer(address, port) : undefined;
  }

  /** Sends a byte string as one datagram. */
  send(text: string): void {
    pending++;
    this.socket.ref();
    this.socket.send(Buffer.from(text, 'latin1'), this.port, this.address, () => {
      pending--;
      this.socket.unref();
    });
  }
}

let pending = 0;

/** Datagrams handed over but not yet sent: the program must not exit before they are. */
export const pendingDatagrams = (): number => pending;
