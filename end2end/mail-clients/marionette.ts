// Mozilla's Marionette protocol: JSON packets, each after its length in octets and a colon.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Longer than any one script takes, on a busy machine too. */
const SCRIPT_TIMEOUT_MS = 240_000;

type Waiting = { done: (value: unknown) => void; failed: (error: Error) => void };

export class Marionette {
  private buffer = Buffer.alloc(0);
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.fail(new Error('the connection to the program ended')));
  }

  /** Opens a session that runs scripts with the program's own rights. */
  static async connect(port: number): Promise<Marionette> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const marionette = new Marionette(socket);
    await marionette.command('WebDriver:NewSession');
    await marionette.command('WebDriver:SetTimeouts', { script: SCRIPT_TIMEOUT_MS });
    await marionette.command('Marionette:SetContext', { value: 'chrome' });
    return marionette;
  }

  /** Runs a function inside the program and waits for what it promises. It sees its arguments and nothing else of this file. */
  async run<T, A extends unknown[]>(script: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    const answer = await this.command('WebDriver:ExecuteScript', { script: `return (${script})(...arguments)`, args });
    return (answer as { value: T }).value;
  }

  command(name: string, parameters: object = {}): Promise<unknown> {
    const id = this.next++;
    const packet = Buffer.from(JSON.stringify([0, id, name, parameters]));
    this.socket.write(Buffer.concat([Buffer.from(`${packet.length}:`), packet]));
    return new Promise((done, failed) => this.waiting.set(id, { done, failed }));
  }

  end(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      const colon = this.buffer.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.buffer.subarray(0, colon).toString());
      if (this.buffer.length < end) return;
      this.answer(JSON.parse(this.buffer.subarray(colon + 1, end).toString()));
      this.buffer = this.buffer.subarray(end);
    }
  }

  /** The first packet is a greeting, and no answer. */
  private answer(packet: unknown): void {
    if (!Array.isArray(packet)) return;
    const [, id, error, result] = packet;
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) waiting?.failed(new Error(`${error.error}: ${error.message}\n${error.stacktrace}`));
    else waiting?.done(result);
  }

  private fail(error: Error): void {
    for (const { failed } of this.waiting.values()) failed(error);
    this.waiting.clear();
  }
}
