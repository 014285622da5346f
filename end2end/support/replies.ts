// What the person's client sends: entities, and a message around them with all that clients say of themselves.
import type { Mail } from './outbox.ts';
import * as person from './person.ts';

/** A MIME entity that quotes the mailbox's address, with header fields that the client signs as Thunderbird does. */
export function note(word: string, header: string[] = []): string {
  return [
    `Content-Type: text/plain; charset=utf-8${header.length ? '; protected-headers="v1"' : ''}`,
    ...header,
    'Content-Transfer-Encoding: 8bit',
    '',
    `Below the oak, ${word}. Grüße`,
    '',
    `> to ${person.address}`,
    '',
  ].join('\r\n');
}

/** An entity whose body is a CMS object. */
export function wrapped(object: Buffer, kind = 'enveloped-data'): string {
  return [
    `Content-Type: application/pkcs7-mime; smime-type=${kind}; name=smime.p7m`,
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename=smime.p7m',
    '',
    ...(object.toString('base64').match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
}

/** The message in answer to another. */
export function reply(to: Mail, relayAddress: string, id: string, entity: string): string {
  return [
    'Received: from [192.0.2.77] (laptop.example) by mail.example.org; Tue, 24 Nov 2026 13:30:00 +0530',
    `From: Ann Lee <${person.address}>`,
    `To: ${relayAddress}`,
    'Subject: Where it was',
    'Date: Tue, 24 Nov 2026 13:30:00 +0530',
    `Message-ID: <${id}>`,
    `In-Reply-To: ${to.header('Message-ID')}`,
    `References: ${to.header('Message-ID')}`,
    'User-Agent: Mozilla Thunderbird',
    'MIME-Version: 1.0',
    entity,
  ].join('\r\n');
}
