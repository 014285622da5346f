// GnuPG as the person's mail client, with a home of its own.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, must } from './clients.ts';
import type { Mail } from './outbox.ts';

export class Gnupg {
  readonly home = folder();

  /** With a key for a user id. */
  constructor(userId: string) {
    this.run(['--quick-generate-key', userId, 'future-default', 'default', 'never']);
  }

  run(args: string[], input?: Buffer | string): Buffer {
    const common = ['--batch', '--yes', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', ''];
    return must('gpg', [...common, ...args], { input, env: { GNUPGHOME: this.home } });
  }

  publicKey(of: string): string {
    return this.run(['--armor', '--export', of]).toString();
  }

  secretKey(of: string): string {
    return this.run(['--armor', '--export-secret-keys', of]).toString();
  }

  /** The public key as a file, armored or not; gives its path. */
  file(of: string, form: 'armored' | 'binary'): string {
    const path = join(this.home, form === 'armored' ? 'public.asc' : 'public.gpg');
    writeFileSync(path, this.run([...(form === 'armored' ? ['--armor'] : []), '--export', of]));
    return path;
  }

  fingerprint(of: string): string {
    const listed = this.run(['--with-colons', '--list-keys', of]).toString();
    return /^fpr:+([0-9A-F]+):/m.exec(listed)![1];
  }

  /** Decrypts a mail, takes in the key that is attached, and verifies by it. */
  open(mail: Mail): string {
    const message = join(this.home, 'message.asc');
    writeFileSync(message, /-----BEGIN PGP MESSAGE-----[^]*-----END PGP MESSAGE-----/.exec(mail.body)![0]);
    const decrypt = () =>
      spawnSync('gpg', ['--batch', '--no-tty', '--status-fd', '2', '--decrypt', message], {
        env: { ...process.env, GNUPGHOME: this.home }, encoding: 'utf8',
      });
    const inside = decrypt().stdout;
    const key = /-----BEGIN PGP PUBLIC KEY BLOCK-----[^]*?-----END PGP PUBLIC KEY BLOCK-----/.exec(inside);
    if (!key) throw new Error(`no key is attached:\n${inside}`);
    this.run(['--import'], key[0]);
    const verified = decrypt();
    if (!verified.stderr.includes('GOODSIG')) throw new Error(verified.stderr);
    return verified.stdout;
  }

  /** Signs and encrypts an entity (RFC 3156 §6.2); gives an entity. */
  seal(entity: string, to: string): string {
    const message = this.run(['--armor', '--trust-model', 'always', '--sign', '--encrypt', '--recipient', to], entity);
    return [
      'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"', '',
      '--enc', 'Content-Type: application/pgp-encrypted', '', 'Version: 1', '',
      '--enc', 'Content-Type: application/octet-stream; name="encrypted.asc"', '',
      message.toString().trim().replace(/\r?\n/g, '\r\n'), '--enc--', '',
    ].join('\r\n');
  }

  /** Ends the agent and removes the keys. */
  end(): void {
    spawnSync('gpgconf', ['--kill', 'all'], { env: { ...process.env, GNUPGHOME: this.home } });
    rmSync(this.home, { recursive: true, force: true });
  }
}
