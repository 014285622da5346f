// Checks for every message that a mail program shows.
import { expect } from '@playwright/test';
import type { Case } from './messages.ts';
import type { Shown } from './thunderbird.ts';

/** Everything that the sender wrote is there, the contact's name in front of the relay address. */
export function expectRead(shown: Shown, { sees }: Case): void {
  expect(shown.subject).toBe(sees.subject);
  expectContent(shown, sees);
  if (sees.replyTo) expect(shown.replyTo).toMatch(sees.replyTo);
  if (sees.cc) expect(shown.cc).toMatch(sees.cc);
}

/** The same for a profile that hides the subject: it stands in the header or in the text. */
export function expectReadHidden(shown: Shown, { sees }: Case): void {
  expect(`${shown.subject}\n${shown.text}`).toContain(sees.subject);
  expectContent(shown, sees);
}

/** What a library finds inside the seal: the sender's body, octet for octet, or the text of one that had to be taken apart. */
export function expectInside(inside: Buffer, message: Buffer, each: Case): void {
  const body = message.subarray(message.indexOf('\r\n\r\n') + 4);
  const parts = message.includes('smime-type=signed-data') ? each.sees.text.map((text) => Buffer.from(text)) : [body];
  for (const part of parts) expect(inside.includes(part), each.name).toBe(true);
}

function expectContent(shown: Shown, sees: Case['sees']): void {
  expect(shown.from).toContain(sees.from);
  expect(shown.from).toMatch(/<r-[0-9a-f]{32}@relay\.localhost>$/);
  for (const text of sees.text) expect(shown.text).toContain(text);
  for (const name of sees.attachments) expect(shown.attachments).toContain(name);
}
