// The mailbox's provider as a mail program sees it: an SMTP server on loopback that keeps what the person sends.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type Submitted = { from: string; to: string[]; raw: Buffer };

export class Provider {
  readonly submitted: Submitted[] = [];

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.serve(socket));
  }

  static async start(): Promise<Provider> {
    const provider = new Provider(createServer());
    provider.server.listen(0, '127.0.0.1');
    await once(provider.server, 'listening');
    return provider;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  end(): void {
    this.server.close();
  }

  private serve(socket: Socket): void {
    const say = (line: string) => socket.write(`${line}\r\n`);
    let buffer = '';
    let current: { from: string; to: string[] } = { from: '', to: [] };
    let inData = false;
    const command = (line: string) => {
      const path = /<([^>]*)>/.exec(line)?.[1] ?? '';
      switch (line.slice(0, 4).toUpperCase()) {
        case 'EHLO':
          return say('250-provider.example\r\n250 8BITMIME');
        case 'MAIL':
          current = { from: path, to: [] };
          return say('250 OK');
        case 'RCPT':
          current.to.push(path);
          return say('250 OK');
        case 'DATA':
          inData = true;
          return say('354 Go on');
        case 'QUIT':
          say('221 Bye');
          return socket.end();
        default:
          return say('250 OK');
      }
    };
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1');
      for (;;) {
        const mark = inData ? '\r\n.\r\n' : '\r\n';
        const end = buffer.indexOf(mark);
        if (end < 0) return;
        const taken = buffer.slice(0, end + 2);
        buffer = buffer.slice(end + mark.length);
        if (!inData) {
          command(taken.trimEnd());
          continue;
        }
        inData = false;
        this.submitted.push({ ...current, raw: Buffer.from(taken.replace(/\r\n\.\./g, '\r\n.'), 'latin1') });
        say('250 Taken');
      }
    });
    say('220 provider.example');
  }
}
