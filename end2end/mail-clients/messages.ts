// What outside senders write, and what a reader must see of it.
import { randomUUID } from 'node:crypto';
import { secret } from '../support/messages.ts';

export type Case = {
  name: string;
  from: string;
  message: (alias: string) => Buffer;
  /** What must stand in each place, at least. */
  sees: { subject: string; from: string; text: string[]; attachments: string[] };
};

const HOUR_MS = 3_600_000;

/** A Date field some time from now. */
function date(hours = 0): string {
  return `Date: ${new Date(Date.now() + hours * HOUR_MS).toUTCString().replace('GMT', '+0000')}`;
}

function lines(...all: string[]): Buffer {
  return Buffer.from(`${all.join('\r\n')}\r\n`);
}

/** A message of Bob's; `fields` are what it has besides From, To and Subject, and `body` is an entity. */
function ofBob(name: string, fields: () => string[], body: string[], sees: Partial<Case['sees']>): Case {
  return {
    name,
    from: 'bob@example.com',
    message: (alias) => lines('From: =?utf-8?Q?B=C3=B6b?= Smith <bob@example.com>', `To: ${alias}`, `Subject: ${name}`,
      `Message-ID: <${randomUUID()}@mail.example.com>`, ...fields(), 'MIME-Version: 1.0', ...body),
    sees: { subject: name, from: 'Böb Smith (bob@example.com)', text: [secret], attachments: [], ...sees },
  };
}

const text = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', secret, 'Grüße — Böb'];

/** Text with a Date of its own. */
function dated(name: string, fields: () => string[]): Case {
  return ofBob(name, fields, text, { text: [secret, 'Grüße — Böb'] });
}

export const ordinary = dated('Ordinary', () => [date()]);

export const html = ofBob('HTML and plain text', () => [date()], [
  'Content-Type: multipart/alternative; boundary="alt"', '',
  '--alt', 'Content-Type: text/plain; charset=utf-8', '', 'For those who read no HTML.', '',
  '--alt', 'Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', '',
  '<p>The treasure is <b>under the old oak</b>.</p><p>Gr=C3=BC=C3=9Fe</p>', '--alt--',
], { text: [secret.replace('.', ''), 'Grüße'] });

const attachments = ofBob('Two attachments', () => [date()], [
  'Content-Type: multipart/mixed; boundary="mix"', '',
  '--mix', 'Content-Type: text/plain', '', secret, '',
  '--mix', 'Content-Type: application/pdf; name="map.pdf"', 'Content-Disposition: attachment; filename="map.pdf"',
  'Content-Transfer-Encoding: base64', '', Buffer.from('%PDF-1.4 a map').toString('base64'),
  '--mix', 'Content-Type: application/octet-stream', "Content-Disposition: attachment; filename*=utf-8''gr%C3%BC%C3%9Fe.bin",
  'Content-Transfer-Encoding: base64', '', ...Buffer.alloc(300, 7).toString('base64').match(/.{1,76}/g)!, '--mix--',
], { attachments: ['map.pdf', 'grüße.bin'] });

/** What every profile must show. */
export const cases: Case[] = [
  ordinary,
  html,
  attachments,
  dated('Without a Date', () => []),
  dated('With a Date that is none', () => ['Date: some day in May']),
];

/** What a profile that hides the subject must show: the subject in the header or in the text. */
export const hidden: Case[] = [
  dated('A hidden subject', () => [date()]),
];
