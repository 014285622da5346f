// The search for secrets is worth what it finds: every form is planted once, and found.
import { test, expect } from '@playwright/test';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { must } from '../support/clients.ts';
import { needles, ofKey, pieces, search } from '../support/needles.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const jwk = privateKey.export({ format: 'jwk' });
const keyFinder = search(
  ofKey('key', must('openssl', ['pkey', '-noout', '-text'], { input: pem }).toString(), pkcs8),
);

const wrapped = (text: string, width: number, end: string) => text.match(new RegExp(`.{1,${width}}`, 'g'))!.join(end);
const found = (text: string | Buffer, finder = keyFinder) =>
  finder(Buffer.concat([randomBytes(1000), Buffer.from(text as string), randomBytes(1000)]), 'here').length;

/** Everything that a program could make of octets on its way to a disk or a wire. */
const forms: Record<string, (octets: Buffer) => string | Buffer> = {
  raw: (octets) => octets,
  backwards: (octets) => Buffer.from(octets).reverse(),
  hex: (octets) => octets.toString('hex'),
  'upper case hex': (octets) => octets.toString('hex').toUpperCase(),
  'hex with colons, wrapped': (octets) => wrapped(octets.toString('hex').match(/../g)!.join(':'), 45, '\n    '),
  'escaped hex': (octets) => octets.toString('hex').replace(/../g, '\\x$&'),
  base64: (octets) => octets.toString('base64'),
  'base64 after one octet': (octets) => Buffer.concat([Buffer.of(7), octets]).toString('base64'),
  'base64 after two octets': (octets) => Buffer.concat([Buffer.of(7, 7), octets]).toString('base64'),
  base64url: (octets) => octets.toString('base64url'),
  'base64 of PEM': (octets) => wrapped(octets.toString('base64'), 64, '\n'),
  'base64 of MIME': (octets) => wrapped(octets.toString('base64'), 76, '\r\n'),
  'PEM in JSON': (octets) => JSON.stringify({ pem: wrapped(octets.toString('base64'), 64, '\n') }),
  'PEM in JSON in JSON': (octets) => JSON.stringify(JSON.stringify({ pem: wrapped(octets.toString('base64'), 64, '\n') })),
  'a form field': (octets) => `a=b&key=${encodeURIComponent(octets.toString('base64'))}`,
  'PEM in a form field': (octets) => `key=${encodeURIComponent(wrapped(octets.toString('base64'), 64, '\n'))}`,
  'percent-encoded': (octets) => octets.toString('hex').replace(/../g, '%$&'),
  'a number array': (octets) => JSON.stringify([...octets]),
  'a number array, spread out': (octets) => JSON.stringify([...octets], null, 2),
  'a Rust vector in a log': (octets) => `key: [${[...octets].join(', ')}]`,
  'a Uint8Array in JSON': (octets) => JSON.stringify(Object.fromEntries([...octets].map((octet, at) => [at, octet]))),
};

test('a key is found in every form, whole and in pieces', () => {
  for (const [name, form] of Object.entries(forms)) {
    expect(found(form(pkcs8)), name).toBeGreaterThan(0);
    const d = Buffer.from(jwk.d!, 'base64url');
    for (let at = 0; at + 48 <= d.length; at += 13) {
      expect(found(form(d.subarray(at, at + 48))), `${name}, octets ${at} and on`).toBeGreaterThan(0);
    }
  }
  for (const text of [pem, pkcs1, JSON.stringify({ pem }), JSON.stringify({ ...jwk, n: '' })]) expect(found(text), text).toBeGreaterThan(0);
});

test('a key that is cut by the pages of a database is found', () => {
  for (const cut of [48, 500, 1000]) {
    const page = Buffer.concat([pkcs8.subarray(0, cut), randomBytes(4096), pkcs8.subarray(cut)]);
    expect(found(page), `${cut}`).toBeGreaterThan(0);
  }
});

test('what is public is not taken for a key', () => {
  const spki = must('openssl', ['pkey', '-pubout', '-outform', 'DER'], { input: pem });
  for (const [name, form] of Object.entries(forms)) expect(found(form(spki)), name).toBe(0);
  expect(found(randomBytes(1 << 20))).toBe(0);
});

test('a passphrase is found in every form', () => {
  const passphrase = Buffer.from('Zwölf gute Wörter 12');
  const finder = search(needles('passphrase', passphrase));
  const { backwards: _, ...forward } = forms;
  for (const [name, form] of Object.entries(forward)) expect(found(form(passphrase), finder), name).toBeGreaterThan(0);
  const text = passphrase.toString();
  for (const written of [encodeURIComponent(text), new URLSearchParams({ text }).toString(), JSON.stringify(text).replace(/ö/g, '\\u00f6')]) {
    expect(found(written, finder), written).toBeGreaterThan(0);
  }
});

test('no run of 48 octets is without a piece', () => {
  const secret = randomBytes(300);
  const raw = pieces('secret', secret).filter((needle) => needle.what.endsWith('raw') && !needle.what.includes('backwards'));
  for (let at = 0; at + 48 <= secret.length - 21; at++) {
    const run = secret.subarray(at, at + 48);
    expect(raw.some((needle) => run.includes(needle.bytes)), `${at}`).toBe(true);
  }
});
