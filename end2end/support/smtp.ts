// An outside sender: swaks, somebody else's SMTP client.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Dialogue = { status: number; text: string };

export function send(port: number, from: string, to: string, message: Buffer | string, extra: string[] = []): Dialogue {
  const folder = mkdtempSync(join(tmpdir(), 'swaks-'));
  try {
    const file = join(folder, 'message');
    // swaks ends the last line itself.
    writeFileSync(file, Buffer.from(message).toString('latin1').replace(/\r\n$/, ''), 'latin1');
    const run = spawnSync(
      'swaks',
      ['--server', '127.0.0.1', '--port', `${port}`, '--helo', 'sender.example', '--from', from, '--to', to, '--data', `@${file}`, ...extra],
      { encoding: 'utf8', timeout: 120_000, maxBuffer: 256 << 20 },
    );
    return { status: run.status ?? -1, text: run.stdout + run.stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
