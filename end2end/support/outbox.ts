// What the relay handed over: the provider's view.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type Mail = { path: string; raw: Buffer; header: (name: string) => string | undefined; body: string };

export function mails(folder: string): Mail[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
    .map((path) => parse(path, readFileSync(path)));
}

export function parse(path: string, raw: Buffer): Mail {
  const text = raw.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const fields = text.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const header = (name: string) =>
    fields.find((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`))?.slice(name.length + 1).trim();
  return { path, raw, header, body: text.slice(end + 4) };
}

/** The text of a header field in which words are encoded (RFC 2047). */
export function decoded(field: string | undefined): string {
  return (field ?? '')
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, form: string, text: string) =>
      (form.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64')
        : Buffer.from(text.replace(/_/g, ' ').replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
      ).toString(),
    );
}

export async function waitForMail(folder: string, count: number): Promise<Mail> {
  // Only a message that is lost takes so long, on a busy machine too.
  for (const start = Date.now(); Date.now() - start < 60_000; ) {
    const all = mails(folder);
    if (all.length >= count) return all[count - 1];
    await new Promise((wait) => setTimeout(wait, 50));
  }
  const subjects = mails(folder).map((mail) => mail.header('Subject'));
  throw new Error(`there are fewer than ${count} messages in the outbox: ${JSON.stringify(subjects)}`);
}

export function codeIn(mail: Mail): string {
  const code = /\b([a-z2-7]{4}(?:-[a-z2-7]{4}){2})\b/.exec(mail.body)?.[1];
  if (!code) throw new Error('the mail holds no code');
  return code;
}
