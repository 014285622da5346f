// A relay in a home network, reached by name over plain http: a browser holds WebCrypto back there, and all must work.
import { test, expect } from '@playwright/test';
import { OpenSsl } from '../support/clients.ts';
import { letter, secret } from '../support/messages.ts';
import { waitForMail } from '../support/outbox.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start({ host: 'plain.example' })));
test.afterEach(async () => relay.end());

test('a profile is issued, exported and used over plain http', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  expect(await page.evaluate(() => [location.hostname, isSecureContext, typeof crypto.subtle])).toEqual([
    'plain.example', false, 'undefined',
  ]);
  await person.issue(page, relay);
  const openssl = new OpenSsl(await person.exportKey(page, 'modern'), person.passphrase, false);
  await person.activate(page);
  expect(send(relay.smtpPort, 'bob@example.com', alias, letter(alias)).status).toBe(0);
  const mail = await waitForMail(relay.outbox, 2);
  expect(openssl.open(mail).entity.toString()).toContain(secret);
});
