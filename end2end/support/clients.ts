// Somebody else's cryptography, given nothing but the exported file: OpenSSL, NSS, gpgsm.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mail } from './outbox.ts';

export type Opened = { entity: Buffer };

export function folder(): string {
  return mkdtempSync(join(tmpdir(), 'client-'));
}

export function run(program: string, args: string[], options: { input?: Buffer | string; env?: Record<string, string> } = {}) {
  const result = spawnSync(program, args, {
    input: options.input,
    env: { ...process.env, ...options.env },
    // Only a hang lasts so long, on a busy machine too.
    timeout: 240_000,
    maxBuffer: 256 << 20,
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr.toString(), text: result.stdout.toString() };
}

export function must(program: string, args: string[], options: { input?: Buffer | string; env?: Record<string, string> } = {}): Buffer {
  const result = run(program, args, options);
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.status}\n${result.stderr}\n${result.text}`);
  return result.stdout;
}

export class OpenSsl {
  readonly home = folder();
  readonly key = join(this.home, 'user.key');
  readonly user = join(this.home, 'user.pem');
  readonly authorities = join(this.home, 'ca.pem');

  constructor(p12: string, passphrase: string, legacy: boolean) {
    const common = ['pkcs12', '-in', p12, '-passin', `pass:${passphrase}`, ...(legacy ? ['-legacy'] : [])];
    writeFileSync(this.key, must('openssl', [...common, '-nodes', '-nocerts']));
    writeFileSync(this.user, must('openssl', [...common, '-clcerts', '-nokeys']));
    writeFileSync(this.authorities, must('openssl', [...common, '-cacerts', '-nokeys']));
  }

  pem(path: string): string[] {
    return readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  }

  root(): string {
    const path = join(this.home, 'root.pem');
    const selfSigned = this.pem(this.authorities).filter((pem) => {
      const text = must('openssl', ['x509', '-noout', '-subject', '-issuer'], { input: pem }).toString();
      const [subject, issuer] = text.trim().split('\n').map((line) => line.replace(/^\w+\s*=/, ''));
      return subject === issuer;
    });
    if (selfSigned.length !== 1) throw new Error(`there are ${selfSigned.length} self-signed certificates`);
    writeFileSync(path, selfSigned[0]);
    return path;
  }

  decrypt(mail: Mail): Buffer {
    return must('openssl', ['cms', '-decrypt', '-in', mail.path, '-recip', this.user, '-inkey', this.key]);
  }

  /** Decrypts, verifies up to the root, and gives the signed entity and the signer's certificate. */
  open(mail: Mail): Opened & { signer: string } {
    const signed = join(this.home, 'signed.eml');
    const signer = join(this.home, 'signer.pem');
    writeFileSync(signed, this.decrypt(mail));
    // Without -binary: with it OpenSSL 3.0 miscounts the line ends of an entity that ends with an empty line.
    const entity = must('openssl', [
      'cms', '-verify', '-in', signed, '-CAfile', this.root(), '-purpose', 'smimesign', '-signer', signer,
    ]);
    return { entity, signer: readFileSync(signer, 'utf8') };
  }

  /** Signs an entity with the key of the file; gives an entity. */
  sign(entity: string, options: string[]): Buffer {
    return must('openssl', ['cms', '-sign', '-signer', this.user, '-inkey', this.key, '-certfile', this.authorities, ...options], { input: entity });
  }

  /** Encrypts an entity to a certificate; gives a CMS object. */
  encrypt(entity: Buffer, certificate: string, options: string[], cipher = '-aes-256-cbc'): Buffer {
    const to = join(this.home, 'contact.pem');
    writeFileSync(to, certificate);
    return must('openssl', ['cms', '-encrypt', '-outform', 'DER', cipher, '-recip', to, ...options], { input: entity });
  }

  verify(certificate: string, purpose: string): string {
    return must('openssl', [
      'verify', '-purpose', purpose, '-CAfile', this.root(), '-untrusted', this.authorities, certificate,
    ]).toString();
  }
}

/** The two parts of a multipart/signed entity: what was signed, byte for byte, and the signature. */
export function split(signed: Buffer): { entity: Buffer; signature: Buffer } {
  const text = signed.toString('latin1');
  const boundary = /boundary="?([^";\r\n]+)"?/i.exec(text)?.[1];
  if (!boundary) throw new Error('no boundary');
  const parts = text.slice(text.indexOf(`--${boundary}\r\n`)).split(`--${boundary}`);
  const entity = parts[1].replace(/^\r\n/, '').replace(/\r\n$/, '');
  const signature = parts[2].slice(parts[2].indexOf('\r\n\r\n') + 4);
  return { entity: Buffer.from(entity, 'latin1'), signature: Buffer.from(signature.replace(/\s+/g, ''), 'base64') };
}

function ciphertext(mail: Mail): Buffer {
  return Buffer.from(mail.body.replace(/\s+/g, ''), 'base64');
}

export class Nss {
  readonly home = folder();
  private readonly database = `sql:${this.home}`;

  constructor(p12: string, passphrase: string, root: string) {
    must('certutil', ['-N', '-d', this.database, '--empty-password']);
    must('pk12util', ['-i', p12, '-d', this.database, '-W', passphrase, '-K', '']);
    must('certutil', ['-A', '-d', this.database, '-n', 'trusted root', '-t', ',C,', '-i', root, '-a']);
  }

  certutil(args: string[]) {
    return run('certutil', [...args, '-d', this.database]);
  }

  open(mail: Mail): Opened {
    const enveloped = join(this.home, 'enveloped.der');
    writeFileSync(enveloped, ciphertext(mail));
    const { entity, signature } = split(must('cmsutil', ['-D', '-d', this.database, '-i', enveloped]));
    const [content, detached] = [join(this.home, 'content'), join(this.home, 'signature.der')];
    writeFileSync(content, entity);
    writeFileSync(detached, signature);
    const said = run('cmsutil', ['-D', '-d', this.database, '-c', content, '-i', detached, '-h', '0', '-u', '4']);
    if (said.status !== 0 || !/signature\[0\]?.*status=GoodSignature|GoodSignature/.test(said.text + said.stderr)) {
      throw new Error(`NSS does not accept the signature: ${said.text}${said.stderr}`);
    }
    return { entity };
  }

  /** Keeps the certificate of the message that was opened last, as a mail program does when it shows one. */
  learn(): void {
    must('cmsutil', ['-D', '-k', '-d', this.database, '-c', join(this.home, 'content'), '-i', join(this.home, 'signature.der'), '-u', '4']);
  }

  /** Signs an entity with the key of the file; gives a CMS object. */
  sign(entity: string): Buffer {
    const listed = must('certutil', ['-K', '-d', this.database]).toString().trim();
    return this.made(['-S', '-G', '-N', listed.split(/\s{3,}/).pop()!.trim()], entity);
  }

  /** Encrypts an entity to an address whose certificate it knows; gives a CMS object. */
  encrypt(entity: string, recipient: string): Buffer {
    return this.made(['-E', '-r', recipient], entity);
  }

  private made(args: string[], entity: string): Buffer {
    const [input, output] = [join(this.home, 'entity'), join(this.home, 'object')];
    writeFileSync(input, entity);
    must('cmsutil', [...args, '-d', this.database, '-i', input, '-o', output]);
    return readFileSync(output);
  }
}

export class Gpgsm {
  readonly home = folder();
  private readonly base = ['--homedir', this.home, '--batch', '--disable-crl-checks', '--pinentry-mode', 'loopback'];

  constructor(p12: string, private readonly passphrase: string, root: string) {
    execFileSync('chmod', ['700', this.home]);
    mkdirSync(join(this.home, 'private-keys-v1.d'), { recursive: true, mode: 0o700 });
    const fingerprint = must('openssl', ['x509', '-in', root, '-noout', '-fingerprint', '-sha1'])
      .toString().split('=')[1].trim();
    writeFileSync(join(this.home, 'trustlist.txt'), `${fingerprint} S relax\n`);
    writeFileSync(join(this.home, 'gpg-agent.conf'), 'allow-loopback-pinentry\n');
    must('gpgsm', [...this.base, '--import', root]);
    must('gpgsm', [...this.base, '--passphrase-fd', '0', '--import', p12], { input: `${passphrase}\n` });
  }

  open(mail: Mail): Opened {
    const enveloped = join(this.home, 'enveloped.der');
    writeFileSync(enveloped, ciphertext(mail));
    const signed = must('gpgsm', [...this.base, '--passphrase-fd', '0', '--decrypt', enveloped], { input: `${this.passphrase}\n` });
    const { entity, signature } = split(signed);
    const [content, detached] = [join(this.home, 'content'), join(this.home, 'signature.der')];
    writeFileSync(content, entity);
    writeFileSync(detached, signature);
    const said = run('gpgsm', [...this.base, '--status-fd', '1', '--verify', detached, content]);
    if (!said.text.includes('GOODSIG')) throw new Error(`gpgsm does not accept the signature: ${said.text}${said.stderr}`);
    return { entity };
  }

  end(): void {
    run('gpgconf', ['--homedir', this.home, '--kill', 'gpg-agent']);
  }
}
