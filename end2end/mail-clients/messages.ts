// Messages of outside senders, and what a reader must see of each.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { folder, must } from '../support/clients.ts';
import { secret } from '../support/messages.ts';

export type Case = {
  name: string;
  from: string;
  message: (alias: string) => Buffer;
  /** What must stand in each place, at least. */
  sees: { subject: string; from: string; text: string[]; attachments: string[]; replyTo?: RegExp; cc?: RegExp };
};

const HOUR_MS = 3_600_000;
const RELAY_ADDRESS = '<r-[0-9a-f]{32}@relay\\.localhost>';

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

/** Signed by its sender as one object (RFC 8551 §3.5.2), in DER or in a stream. */
function opaque(name: string, options: string[]): Case {
  const home = folder();
  const [key, certificate] = [join(home, 'key.pem'), join(home, 'certificate.pem')];
  must('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=Bob', '-addext', 'subjectAltName=email:bob@example.com',
    '-days', '30', '-keyout', key, '-out', certificate]);
  const entity = lines(...text).toString();
  const signed = must('openssl', ['cms', '-sign', '-nodetach', '-outform', 'DER', '-signer', certificate, '-inkey', key, ...options], { input: entity });
  return ofBob(name, () => [date()], [
    'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', 'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="smime.p7m"', '', ...signed.toString('base64').match(/.{1,76}/g)!,
  ], { text: [secret, 'Grüße — Böb'] });
}

export const replyTo = ofBob('Reply-To', () => [date(), 'Reply-To: Sales <sales@shop.example>'], text, {
  replyTo: new RegExp(`Sales.*${RELAY_ADDRESS}`),
});

export const copies = ofBob('Several recipients', () => [date(), 'Cc: Dave <dave@else.example>, erin@third.example'], text, {
  cc: new RegExp(`Dave.*${RELAY_ADDRESS}.*erin.*${RELAY_ADDRESS}`),
});

/** Header fields in the body's character set, which no field names. */
const gbk: Case = {
  name: 'Subject in GBK',
  from: 'li@example.com',
  message: (alias) => {
    const [meeting, name] = [Buffer.from('bbe1d2e9cda8d6aa', 'hex'), Buffer.from('c0eeceb0', 'hex')];
    return Buffer.concat([
      Buffer.from('From: '), name, Buffer.from(` <li@example.com>\r\nTo: ${alias}\r\nSubject: `), meeting,
      Buffer.from(`\r\n${date()}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`),
      meeting, Buffer.from('\r\n'),
    ]);
  },
  sees: { subject: '会议通知', from: '李伟 (li@example.com)', text: ['会议通知'], attachments: [] },
};

/** An invitation whose title is not its subject. */
const invitation = [
  'Content-Type: text/calendar; charset=utf-8; method=REQUEST', '',
  'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//Calendar//EN', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:oak@example.com',
  'DTSTAMP:20261128T090000Z', 'DTSTART:20261201T090000Z', 'DTEND:20261201T100000Z', 'SUMMARY:Digging', 'LOCATION:The old oak',
  'ORGANIZER:mailto:bob@example.com', 'ATTENDEE;RSVP=TRUE:mailto:ann.lee@example.org', 'END:VEVENT', 'END:VCALENDAR',
];

/** What every profile must show. */
export const cases: Case[] = [
  ordinary,
  html,
  attachments,
  dated('Three hours ago', () => [date(-3)]),
  dated('In two hours', () => [date(2)]),
  dated('Yesterday', () => [date(-24)]),
  dated('Without a Date', () => []),
  dated('With a Date that is none', () => ['Date: some day in May']),
  opaque('Signed by its sender', []),
  opaque('Signed by its sender, in a stream', ['-stream', '-indef']),
  replyTo,
  copies,
  gbk,
];

/** What a profile that hides the subject must show: the subject in the header or in the text. */
export const hidden: Case[] = [
  dated('A hidden subject', () => [date()]),
  ofBob('A hidden invitation', () => [date()], invitation, { text: ['The old oak'] }),
];
