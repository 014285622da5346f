// A real relay for one test: own ports, own data folder, own log.
import { test } from '@playwright/test';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const domain = 'relay.localhost';

export class Relay {
  log = '';
  private constructor(
    readonly url: string,
    private readonly health: string,
    readonly smtpPort: number,
    readonly data: string,
    private readonly environment: Record<string, string>,
    private process: ChildProcess | undefined,
  ) {}

  /** `host` is the name by which browsers reach it; `prepare` gets the data folder before it starts; `environment` has more settings. */
  static async start(options: { site?: string; host?: string; prepare?: (data: string) => void; environment?: Record<string, string> } = {}): Promise<Relay> {
    const data = mkdtempSync(join(tmpdir(), 'sealpost-'));
    options.prepare?.(data);
    const [http, smtp] = [await freePort(), await freePort()];
    const url = `http://${options.host ?? '127.0.0.1'}:${http}`;
    const environment = {
      SEALPOST_DOMAIN: domain,
      SEALPOST_HTTP: `127.0.0.1:${http}`,
      SEALPOST_SMTP: `127.0.0.1:${smtp}`,
      SEALPOST_DATA: data,
      SEALPOST_SENDER_AUTH: 'off',
      // A test writes to few contacts, and the processors are the browser's.
      SEALPOST_KEY_POOL: '2',
      SEALPOST_SITE: join(root, options.site ?? 'target/site'),
      ...(options.host ? { SEALPOST_PUBLIC_URL: url } : {}),
      ...options.environment,
    };
    const relay = new Relay(url, `http://127.0.0.1:${http}/healthz`, smtp, data, environment, undefined);
    await relay.run();
    return relay;
  }

  get outbox(): string {
    return join(this.data, 'outbox');
  }

  private async run(): Promise<void> {
    const { PATH, HOME } = process.env;
    this.process = spawn(join(root, 'target/debug/sealpost'), {
      cwd: this.data,
      env: { PATH, HOME, RUST_LOG: 'debug,sqlx=info,hyper=info', ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => (this.log += chunk.toString());
    this.process.stdout!.on('data', keep);
    this.process.stderr!.on('data', keep);
    for (let tries = 0; tries < 1200; tries++) {
      if (this.process.exitCode !== null) break;
      const ready = await fetch(this.health).then((answer) => answer.ok, () => false);
      if (ready) return;
      await new Promise((wait) => setTimeout(wait, 25));
    }
    throw new Error(`the relay did not start:\n${this.log}`);
  }

  async stop(): Promise<void> {
    const running = this.process;
    if (running && running.exitCode === null) {
      const ended = new Promise((done) => running.once('exit', done));
      running.kill('SIGTERM');
      const killer = setTimeout(() => running.kill('SIGKILL'), 40_000);
      await ended;
      clearTimeout(killer);
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.run();
  }

  /** Stops it and removes its data. Of a test that failed the log is kept. */
  async end(): Promise<void> {
    await this.remove();
    const info = test.info();
    if (info.status !== info.expectedStatus) writeFileSync(info.outputPath('relay.log'), this.log);
  }

  /** The same where no test runs. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** From now on every delivery is put off: the folder in which messages are written before they appear is gone. */
  refuseDeliveries(): void {
    rmSync(join(this.outbox, '.unfinished'), { recursive: true });
  }

  /** Runs one of the operator's commands beside the relay, and returns what it printed. */
  command(...words: string[]): string {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, ...this.environment };
    return execFileSync(join(root, 'target/debug/sealpost'), words, { cwd: this.data, env, encoding: 'utf8' });
  }

  /** Changes the database as time or an accident would. */
  sql(statement: string): void {
    execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(this.data, 'sealpost.db'), statement]);
  }
}

// Each worker has ports of its own, below those that the system gives to whoever connects to something.
let next = 20_000 + 3_000 * Number(process.env.TEST_PARALLEL_INDEX ?? 0);

/** A port that nobody has. No two calls of a worker get the same one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next++;
    const isFree = await new Promise<boolean>(done => {
      const probe = createServer();
      probe.once('error', () => done(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
    });
    if (isFree) return port;
  }
}
