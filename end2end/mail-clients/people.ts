// People of a relay whose profiles are made by the server's own functions, without the browser: see `server/examples/add_person.rs`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, must } from '../support/clients.ts';
import { needles, type Needle } from '../support/needles.ts';
import { mails, waitForMail, type Mail } from '../support/outbox.ts';
import { domain, root, Relay } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

export const passphrase = 'Zwölf gute Wörter 12';
export const bob = 'bob@example.com';

export type Person = { name: string; address: string; alias: string };

/** The same with what the browser exported. */
export type SmimePerson = Person & { modern: string; compatible: string; root: string };

export const ann: Person = { name: 'Ann Lee', address: 'ann.lee@example.org', alias: `amber-otter-417@${domain}` };

export type Options = { hideSubject?: boolean; modern?: boolean };

function add(data: string, person: Person, kind: string[], options: Options): void {
  const flags = [...(options.hideSubject ? ['--hide-subject'] : []), ...(options.modern ? ['--modern'] : [])];
  const [local] = person.alias.split('@');
  must(join(root, 'target/debug/examples/add_person'), [...flags, data, domain, person.address, local, ...kind]);
}

/** A person with an active S/MIME profile. */
export function addSmime(data: string, person: Person, options: Options = {}): SmimePerson {
  const files = folder();
  add(data, person, ['smime', files, passphrase], options);
  const [modern, compatible, root] = ['modern.p12', 'compatible.p12', 'root.pem'].map((name) => join(files, name));
  return { ...person, modern, compatible, root };
}

/** A person with an active PGP profile of a public key. */
export function addPgp(data: string, person: Person, publicKey: string, options: Options = {}): void {
  const file = join(folder(), 'public.asc');
  writeFileSync(file, publicKey);
  add(data, person, ['pgp', file], options);
}

/** Sends a message to the relay, and gives what leaves. */
export async function relayed(relay: Relay, from: string, to: string, message: Buffer | string): Promise<Mail> {
  const before = new Set(mails(relay.outbox).map((mail) => mail.path));
  const said = send(relay.smtpPort, from, to, message);
  if (said.status !== 0) throw new Error(said.text);
  await waitForMail(relay.outbox, before.size + 1);
  return mails(relay.outbox).find((mail) => !before.has(mail.path))!;
}

/** The contact's address at the relay, as From has it. */
export function relayAddress(sealed: Mail): string {
  return /<(r-[0-9a-f]{32}@relay\.localhost)>/.exec(sealed.header('From')!)![1];
}

/** What would name the person in an answer: the address in its parts, the relay address, and what the client says of itself. */
export function telling(person: Person, sealed: Mail, answer: Buffer): Needle[] {
  const id = /^Message-ID: <([^>]+)>/im.exec(answer.toString('latin1'))![1];
  const [local, host] = person.address.split('@');
  const texts = [person.address, `${local}@`, host, person.name, relayAddress(sealed), id, 'Thunderbird', '127.0.0.1'];
  return texts.flatMap((text) => needles(text, Buffer.from(text)));
}
