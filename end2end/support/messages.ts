// What an outside sender writes. Lines end with CRLF, as on the wire.
export const secret = 'The treasure is under the old oak.';

export function letter(to: string, subject = 'Where it is'): string {
  return [
    'From: =?utf-8?Q?B=C3=B6b?= Smith <bob@example.com>',
    `To: ${to}`,
    `Subject: ${subject}`,
    'Date: Mon, 23 Nov 2026 09:00:00 +0000',
    'Message-ID: <first@example.com>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    secret,
    'Grüße — Böb',
    '',
  ].join('\r\n');
}

/** The body as it must come out of the seal, byte for byte. */
export function body(message: string): Buffer {
  return Buffer.from(message.slice(message.indexOf('\r\n\r\n') + 4));
}
