// Checks a message that leaves to a contact: plain mail from the alias, with nothing of the mailbox in it.
import { expect } from '@playwright/test';
import { must } from './clients.ts';
import { search, type Needle } from './needles.ts';
import type { Mail } from './outbox.ts';

/** Fails unless it is plain mail from the alias to the contact (others may be named), holds the text, and tells nothing of `telling`. */
export function expectPlain(mail: Mail, alias: string, contact: string, text: string, telling: Needle[], type = 'text/plain'): void {
  expect(mail.header('From')).toContain(`<${alias}>`);
  expect(`${mail.header('To')}, ${mail.header('Cc')}`).toContain(`<${contact}>`);
  expect(mail.header('Date')).toMatch(/\+0000$/);
  expect(mail.header('Content-Type')?.split(';')[0]).toBe(type);
  expect(mail.header('DKIM-Signature')).toContain('d=relay.localhost');
  // Folding and line ends of base64 hide nothing.
  const body = readable(mail);
  const hay = [mail.raw, body, Buffer.from(mail.raw.toString('latin1').replace(/\s+/g, ''), 'latin1')];
  const find = search(telling);
  for (const [index, each] of hay.entries()) expect(find(each, `view ${index}`)).toEqual([]);
  expect(body.toString()).toContain(text);
}

/** The body as a reader sees it, by Python. */
export function readable(mail: Mail): Buffer {
  const script = 'import sys,email\nm=email.message_from_binary_file(open(sys.argv[1],"rb"))\n' +
    '[sys.stdout.buffer.write(p.get_payload(decode=True)) for p in m.walk() if not p.is_multipart()]';
  return must('python3', ['-c', script, mail.path]);
}
