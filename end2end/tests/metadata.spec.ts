// The name of a profile, what it hides, how it encrypts, and the test message that shows it.
import { test, expect, type Page } from '@playwright/test';
import { OpenSsl } from '../support/clients.ts';
import { letter } from '../support/messages.ts';
import { mails, waitForMail } from '../support/outbox.ts';
import { expectAccessible, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start()));
test.afterEach(async () => relay.end());

/** A profile that is ready and not active, and the file with its key. */
async function ready(page: Page): Promise<string> {
  await person.signUp(page, relay);
  await person.issue(page, relay);
  const p12 = await person.exportKey(page, 'modern');
  await page.goto(`${relay.url}/profiles/1`);
  return p12;
}

const sealed = () => mails(relay.outbox).filter((mail) => mail.raw.includes('pkcs7-mime'));

test('a test message is seen handed over before the profile is active, and OpenSSL opens it', async ({ page }) => {
  const p12 = await ready(page);
  await page.getByRole('button', { name: 'Send a test message' }).click();
  await expect(page.getByText('Handed over', { exact: true })).toBeVisible();
  await expect(page.getByText('In your mail app, look for:')).toBeVisible();
  const [mail] = sealed();
  expect(sealed()).toHaveLength(1);
  expect(mail.header('From')).toContain('<sealpost@relay.localhost>');
  expect(mail.header('To')).toContain(person.address);
  const opened = new OpenSsl(p12, person.passphrase, false).open(mail);
  expect(opened.entity.toString()).toContain('A test message from Sealpost');
  await expectAccessible(page, page.getByText('In your mail app, look for:'));

  // The code in it activates, and no other.
  const code = /^Your code is (\d{6})\r?$/m.exec(opened.entity.toString())![1]!;
  await person.enterCode(page, code === '000000' ? '111111' : '000000');
  await expect(page.getByText('This code is not right. 4 tries are left.')).toBeVisible();
  await expect(page.getByText('Ready', { exact: true })).toBeVisible();
  await person.enterCode(page, `${code.slice(0, 3)} ${code.slice(3)}`);
  await expect(page.getByText('Active', { exact: true })).toBeVisible();
  // From now on there is nothing to enter.
  await page.getByRole('button', { name: 'Send a test message' }).click();
  await expect.poll(() => sealed().length).toBe(2);
  const text = new OpenSsl(p12, person.passphrase, false).open(sealed()[1]!).entity.toString();
  expect(text).toContain('It works');
  expect(text).not.toContain('Your code is');
});

test('a test message that is put off says why, until it is handed over', async ({ page }) => {
  await ready(page);
  relay.refuseDeliveries();
  await page.getByRole('button', { name: 'Send a test message' }).click();
  // The page asks by itself.
  await expect(page.getByText(/What was said: .*No such file or directory/)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Look again' })).toBeVisible();
  relay.sql("UPDATE probes SET state = 'failed', detail = '550 no such user'");
  await expect(page.getByText('nobody tries again. What was said: 550 no such user')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Look again' })).toHaveCount(0);
});

test('settings hide subject and sender of what comes next; the modern form asks first', async ({ page }) => {
  const p12 = await ready(page);
  const alias = await person.takeAlias(page, relay);
  await page.goto(`${relay.url}/profiles/1`);
  await person.skipTest(page);
  await expect(page.getByText('Deactivate…')).toBeVisible();
  const subject = page.getByRole('switch', { name: 'Hide the subject' });
  await subject.click();
  await expect(page.getByText('The subject of new messages is hidden.')).toBeVisible();
  await page.getByRole('switch', { name: 'Hide the sender' }).click();
  await expect(page.getByText('The sender of new messages is hidden.')).toBeVisible();
  await page.getByLabel(/^Modern/).check();
  await page.getByRole('button', { name: 'Save encryption' }).click();
  await expect(page.getByText('Please confirm that your mail apps read the modern form')).toBeVisible();

  await page.getByLabel(/^Modern/).check();
  await page.getByLabel(/^All mail apps that I use/).check();
  await page.getByRole('button', { name: 'Save encryption' }).click();
  await expect(page.getByText('The settings are saved.')).toBeVisible();
  await expect(subject).toBeChecked();
  await expect(page.getByRole('switch', { name: 'Hide the sender' })).toBeChecked();
  await expect(page.getByLabel(/^Modern/)).toBeChecked();
  await expectAccessible(page, page.getByText('The settings are saved.'));

  const before = mails(relay.outbox).length;
  send(relay.smtpPort, 'bob@example.com', alias, letter(alias, 'The treasure map'));
  const mail = await waitForMail(relay.outbox, before + 1);
  expect(mail.header('Subject')).toBe('[...]');
  expect(mail.header('From')).toMatch(/^<r-[0-9a-f]{32}@relay\.localhost>$/);
  expect(mail.header('Content-Type')).toContain('smime-type=authEnveloped-data');
  const { entity } = new OpenSsl(p12, person.passphrase, false).open(mail);
  expect(entity.toString()).toMatch(/\nSubject: The treasure map\r?\n/);
  expect(entity.toString()).toContain('hp="cipher"');
});

test('settings and test message work without JavaScript', async ({ page, browser }) => {
  await ready(page);
  const plain = await withoutJavaScript(browser, page);
  await plain.goto(`${relay.url}/profiles/1`);
  const subject = plain.getByRole('switch', { name: 'Hide the subject' });
  await expect(subject).not.toBeChecked();
  await subject.click();
  await expect(plain.getByText('The subject of new messages is hidden.')).toBeVisible();
  await expect(subject).toBeChecked();
  await plain.getByText('Rename').click();
  await plain.getByLabel('Name', { exact: true }).fill('Work phone');
  await plain.getByRole('button', { name: 'Save name' }).click();
  await expect(plain.getByRole('heading', { level: 1 })).toHaveText('Work phone');
  await plain.getByLabel(/^Modern/).check();
  await plain.getByRole('button', { name: 'Save encryption' }).click();
  await expect(plain.getByText('Please confirm that your mail apps read the modern form')).toBeVisible();

  const before = mails(relay.outbox).length;
  await plain.getByRole('button', { name: 'Send a test message' }).click();
  await expect(plain.getByText('A test message is on its way.')).toBeVisible();
  await waitForMail(relay.outbox, before + 1);
  await expect(async () => {
    const again = plain.getByRole('link', { name: 'Look again' });
    if (await again.count()) await again.click();
    await expect(plain.getByText('Handed over', { exact: true })).toBeVisible({ timeout: 1000 });
  }).toPass();
});
