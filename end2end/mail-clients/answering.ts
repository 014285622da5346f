// An answer from Thunderbird, on its way through the provider and the relay.
import { expect } from '@playwright/test';
import { expectPlain } from '../support/left.ts';
import type { Mail } from '../support/outbox.ts';
import type { Relay } from '../support/relay.ts';
import type { Case } from './messages.ts';
import { relayed, telling, type Person } from './people.ts';
import type { Provider } from './provider.ts';
import type { Thunderbird } from './thunderbird.ts';

/** Everything between the person and the world. */
export type Setting = { relay: Relay; provider: Provider; thunderbird: Thunderbird; person: Person };

/** A message that is open in Thunderbird. */
export type Opened = { sealed: Mail; uri: string; of: Case };

/** How it is answered: what Thunderbird suggests, and who must get it in which order. */
export type Answer = {
  to: 'sender' | 'all';
  technology: 'S/MIME' | 'OpenPGP';
  contacts: string[];
  text: string;
  type?: 'text/plain' | 'multipart/alternative';
};

/**
 * Answers, and hands the answer over once for each recipient, as the relay asks providers to. Every copy must leave as plain mail
 * from the alias to its contact.
 */
export async function expectAnswered(setting: Setting, { sealed, uri, of }: Opened, answer: Answer): Promise<Mail[]> {
  const { relay, provider, thunderbird, person } = setting;
  const way = await thunderbird.answer(uri, answer.text, answer.to);
  expect(way).toMatchObject({ technology: answer.technology, encrypted: true, signed: true });
  const sent = provider.submitted.at(-1)!;
  expect(sent.raw.toString()).not.toContain(answer.text);
  expect(sent.to).toHaveLength(answer.contacts.length);
  const left: Mail[] = [];
  for (const [index, contact] of answer.contacts.entries()) {
    const mail = await relayed(relay, sent.from, sent.to[index], sent.raw);
    expectPlain(mail, person.alias, contact, answer.text, telling(person, sealed, sent.raw), answer.type);
    expect(mail.header('Subject')).toBe(`Re: ${of.name}`);
    left.push(mail);
  }
  return left;
}
