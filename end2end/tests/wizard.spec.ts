// What the wizard says and does beside the straight way.
import { test, expect, type Page, type Route } from '@playwright/test';
import { basename } from 'node:path';
import { must, run } from '../support/clients.ts';
import { expectAccessible, expectRunning, layoutShift, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { readProfile } from '../support/profile.ts';
import { Relay } from '../support/relay.ts';

let relay: Relay;
test.beforeEach(async ({ page }) => {
  relay = await Relay.start();
  await person.signUp(page, relay);
});
test.afterEach(async () => relay.end());

const passphrase = (page: Page) => page.getByLabel('Passphrase', { exact: true });
const again = (page: Page) => page.getByLabel('Passphrase again');
const app = (page: Page, name: string) => page.getByRole('radio', { name });
const exportButton = (page: Page) => page.getByRole('button', { name: /^Export/ });
const { currentStep: current, forward } = person;

/** A word of each device's way to install, and of its way to trust. */
const devices = {
  ios: ['AirDrop', 'Certificate Trust Settings'],
  macos: ['Keychain Access opens', 'Secure Mail (S/MIME)'],
  outlook: ['Current User', 'Trusted Root Certification Authorities'],
  thunderbird: ['Your Certificates', 'identify mail users'],
  android: ['FairEmail', 'CA certificate'],
  gnupg: ['gpgsm --import', 'trustlist.txt'],
  other: ['settings of your mail app', 'trust the root for mail'],
};

const newProfile = async (page: Page) => {
  await page.getByRole('link', { name: /^Mail Relay/ }).first().click();
  await page.getByRole('link', { name: 'New Profile' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New Profile');
};

/** The link to a profile's own page, whatever its name. */
const ownProfile = 'a[href^="/profiles/"]:not([href*="#"])';

/** The tab that a click opens, as links do while the key is only in this one. */
const elsewhere = async (page: Page, click: () => Promise<void>) => {
  const opened = page.context().waitForEvent('page');
  await click();
  return opened;
};

const exportOnly = async (page: Page) => {
  await passphrase(page).fill(person.passphrase);
  await again(page).fill(person.passphrase);
  const downloading = page.waitForEvent('download');
  // Twice, as people tap: the second must not hit "Back" where the button was.
  await exportButton(page).dblclick();
  const file = await person.save(await downloading);
  await expect(page.getByText(/^Exported as /)).toBeVisible();
  return file;
};

test('PGP is offered with its reason, and notes tell long expirations apart', async ({ page }) => {
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: 'New Profile' }).click();
  const pgp = page.getByRole('radio', { name: 'PGP', exact: true });
  await expect(pgp).toBeEnabled();
  await expect(pgp).toHaveAccessibleDescription(/good choice.*no root certificate to install.*newer/);
  // Nobody is led to one of the two before the mail app is known.
  const smime = page.getByRole('radio', { name: 'S/MIME' });
  await expect(smime).not.toBeChecked();
  await expect(page.getByText('Choose your mail app above')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('alert').getByText('Choose your mail app first.')).toBeVisible();
  await app(page, 'Another mail app').check();
  await expect(smime).toBeChecked();
  await expect(page.getByText('For another mail app, we suggest S/MIME.')).toBeVisible();
  await expect(page.getByText('Choose your mail app first.')).toHaveCount(0);
  await app(page, 'Android').check();
  await expect(page.getByText(/Gmail and most apps .* cannot open sealed mail\. Install FairEmail/)).toBeVisible();
  await app(page, 'Another mail app').check();
  await forward(page);

  const note = page.locator('#expiration-note');
  await expect(page.getByLabel('Amount')).toHaveValue('2');
  await expect(page.getByLabel('Unit')).toHaveValue('years');
  const choose = async (amount: string, unit: string) => {
    await page.getByLabel('Unit').selectOption(unit);
    await page.getByLabel('Amount').fill(amount);
  };
  for (const [amount, unit, words] of [
    ['824', 'days', /^Ends on [^.]+\.$/],
    ['825', 'days', /From 825 days on, Apple Mail and others may refuse/],
    ['3', 'years', /From 825 days on, Apple Mail and others may refuse/],
    ['37', 'months', /Apple Mail refuses certificates of more than 3 years/],
    ['4', 'years', /Apple Mail refuses certificates of more than 3 years/],
    ['51', 'years', /From one day to 50 years/],
    ['0', 'days', /From one day to 50 years/],
  ] as const) {
    await choose(amount, unit);
    await expect(note, `${amount} ${unit}`).toHaveText(words);
  }
  await expect(page.getByRole('button', { name: 'Issue Certificate' })).toBeDisabled();
});

test('the passphrase is judged, compared or shown', async ({ page }) => {
  await person.issue(page, relay);
  let downloads = 0;
  page.on('download', () => downloads++);
  const strength = page.locator('#passphrase-strength');
  for (const [text, words] of [
    ['short', /Too short/],
    ['password', /Weak/],
    ['Tr0ub4dor&3', /Fair/],
    ['correct horse battery staple', /Good/],
  ] as const) {
    await passphrase(page).fill(text);
    await expect(strength, text).toHaveText(words);
  }
  await again(page).fill('correct horse battery stable');
  await exportButton(page).click();
  await expect(page.getByRole('alert').getByText('The two passphrases differ.')).toBeVisible();
  // What was exported is cleared.
  await expect(passphrase(page)).toHaveValue('correct horse battery staple');
  await expect(page.getByText(/^Exported as /)).toHaveCount(0);
  expect(downloads).toBe(0);
});

test('a passphrase that is shown is typed once', async ({ page }) => {
  await person.issue(page, relay);
  await expect(passphrase(page)).toHaveAttribute('type', 'password');
  await page.getByLabel('Show what I type').check();
  await expect(passphrase(page)).toHaveAttribute('type', 'text');
  await expect(again(page)).toBeHidden();
  await passphrase(page).pressSequentially('7 chars');
  await exportButton(page).click();
  expect(await passphrase(page).evaluate((input: HTMLInputElement) => input.validity.tooShort)).toBe(true);
  await passphrase(page).fill(person.passphrase);
  const downloading = page.waitForEvent('download');
  await exportButton(page).click();
  const file = await person.save(await downloading);
  must('openssl', ['pkcs12', '-in', file, '-passin', `pass:${person.passphrase}`, '-noout']);
  await expect(passphrase(page)).toHaveValue('');
});

test('every device has its way to install and to trust, and the files are there', async ({ page }) => {
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await forward(page);
  const guide = page.locator('section.step');
  const selector = page.getByLabel('Device or mail app');
  for (const [device, [word]] of Object.entries(devices)) {
    await selector.selectOption(device);
    await expect(guide, device).toContainText(word);
  }
  const roles = ['User certificate', 'Root certificate', 'Intermediate certificate'];
  await expect(page.locator('ol.files li > span')).toHaveText(roles);
  for (const role of roles) {
    for (const form of ['PEM', 'DER']) {
      const link = (await page.getByRole('link', { name: `${role}, ${form}` }).getAttribute('href'))!;
      const answer = await page.request.get(relay.url + link);
      expect(answer.headers()['content-type'], link).toBe('application/x-x509-ca-cert');
      const subject = must('openssl', ['x509', '-inform', form, '-noout', '-subject'], { input: await answer.body() }).toString();
      expect(subject).toContain(role === 'User certificate' ? person.address : `Sealpost ${role.split(' ')[0]}`);
    }
  }
  // Each step says what is to be seen, and the files are where they are needed.
  await selector.selectOption('ios');
  await page.getByText('One by one, without a profile').click();
  await expect(page.locator('ol.guide a:visible')).toHaveText(roles);
  const steps = await page.locator('ol.guide > li').count();
  await expect(page.getByText(/^What you should see:/)).toHaveCount(steps);

  // The choice of the device holds in the next step.
  await selector.selectOption('thunderbird');
  await forward(page);
  await expect(selector).toHaveValue('thunderbird');
  await expect(page.locator('dd.hex')).toHaveText(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  for (const [device, [, word]] of Object.entries(devices)) {
    await selector.selectOption(device);
    await expect(guide, device).toContainText(word);
  }
});

test('the kind of profile follows from the mail app', async ({ page }) => {
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: 'New Profile' }).click();
  await expect(page.getByRole('group', { name: 'Where do you read your mail?' }).getByRole('radio', { checked: true })).toHaveCount(0);
  for (const [name, kind, key] of [
    ['iPhone or iPad', 'S/MIME', 'ios'],
    ['Mac', 'S/MIME', 'macos'],
    ['Outlook', 'S/MIME', 'outlook'],
    ['Thunderbird', 'PGP', 'thunderbird'],
    ['Android', 'S/MIME', 'android'],
    ['GnuPG', 'PGP', 'gnupg'],
    ['Another mail app', 'S/MIME', 'other'],
  ] as const) {
    await app(page, name).check();
    await expect(page.getByRole('radio', { name: kind, exact: true }), name).toBeChecked();
    await expect(page).toHaveURL(new RegExp(`app=${key}$`));
  }
  // The suggestion is no more than that; and another answer is another suggestion.
  await app(page, 'Thunderbird').check();
  await page.getByRole('radio', { name: 'S/MIME' }).check();
  await forward(page);
  await expect(page.getByRole('button', { name: 'Issue Certificate' })).toBeVisible();
  await page.getByRole('link', { name: 'Back', exact: true }).click();
  await expect(page.getByRole('radio', { name: 'S/MIME' })).toBeChecked();
  await app(page, 'GnuPG').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New PGP profile');
  await expect(page.locator('details[open] > summary')).toHaveText(/GnuPG, Kleopatra/);
  await page.getByRole('link', { name: 'Mail app' }).click();
  await expect(app(page, 'GnuPG')).toBeChecked();
});

test('the file and the guide follow from the mail app', async ({ page }) => {
  await person.issue(page, relay);
  const suggested = page.locator('#package');
  await expect(suggested).toHaveText('File: Modern (.p12)');
  for (const [name, file] of [
    ['iPhone or iPad', 'Apple configuration profile'],
    ['Mac', 'Apple configuration profile'],
    ['Outlook', 'Modern (.p12)'],
    ['GnuPG', 'Compatible (.p12)'],
    ['Android', 'Compatible (.p12)'],
  ] as const) {
    // The answer can be changed once the chain is issued, and the kind can not.
    await page.getByRole('link', { name: 'Back to Mail app' }).click();
    await expect(page.getByRole('radio', { name: 'PGP', exact: true })).toBeDisabled();
    await page.getByRole('radio', { name }).check();
    await forward(page);
    await expect(page.getByText('Your certificate is issued.')).toBeVisible();
    await forward(page);
    await expect(suggested, name).toHaveText(`File: ${file}`);
  }
  const file = await exportOnly(page);
  expect(basename(file)).toBe(`${person.address}-compatible.p12`);
  await expect(page.getByText(`Exported as ${basename(file)}.`)).toBeVisible();
  const info = run('openssl', ['pkcs12', '-info', '-legacy', '-noout', '-in', file, '-passin', `pass:${person.passphrase}`]);
  expect(info.status, info.stderr).toBe(0);
  expect(info.stderr).toContain('pbeWithSHA1And3-KeyTripleDES-CBC');
  await forward(page);
  await expect(page.getByLabel('Device or mail app')).toHaveValue('android');
  await expect(page.locator('ol.guide').first()).toContainText('-compatible.p12');
});

test('what was chosen stays when one goes back, forward, and away', async ({ page }) => {
  await person.begin(page, relay);
  await page.getByLabel('Amount').fill('7');
  await page.getByLabel('Unit').selectOption('months');
  await person.chooseKeys(page, 3072);
  const kept = async () => {
    await expect(page.getByLabel('Amount')).toHaveValue('7');
    await expect(page.getByLabel('Unit')).toHaveValue('months');
    await expect(page.getByRole('radio', { name: 'RSA-3072' })).toBeChecked();
  };
  await page.getByRole('link', { name: 'Back to Mail app' }).click();
  await expect(current(page)).toHaveText('Mail app');
  await page.getByRole('link', { name: 'On to Expiration' }).click();
  await expect(current(page)).toHaveText('Expiration');
  await kept();
  await page.goBack();
  await expect(current(page)).toHaveText('Mail app');
  await page.goForward();
  await kept();
  await page.getByRole('link', { name: 'Aliases' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Aliases');
  await page.goBack();
  await kept();
});

test('what was chosen for the chain outlasts a reload', async ({ page }) => {
  await person.begin(page, relay);
  const [amount, unit] = [page.getByLabel('Amount'), page.getByLabel('Unit')];
  const size = (bits: number) => page.locator(`#key-${bits}`);
  const kept = async (count: string, of: string, bits: number) => {
    await expect(amount).toHaveValue(count);
    await expect(unit).toHaveValue(of);
    await expect(size(bits)).toBeChecked();
  };
  await page.reload();
  await kept('2', 'years', 2048);
  await expectRunning(page);
  await unit.selectOption('months');
  await amount.fill('7');
  await person.chooseKeys(page, 3072);
  await expect(page).toHaveURL(/step=expiration.*&valid=7-months&keys=3072$/);
  await page.reload();
  await kept('7', 'months', 3072);
  await expectRunning(page);
  await amount.fill('14');
  // The browser, too, takes a moment to learn the new address.
  await expect(page).toHaveURL(/&valid=14-months&keys=3072$/);
  await page.reload();
  await kept('14', 'months', 3072);
  await page.getByRole('link', { name: 'Back', exact: true }).click();
  await expect(current(page)).toHaveText('Mail app');
  await page.reload();
  await forward(page);
  await kept('14', 'months', 3072);
  await person.chooseKeys(page, 2048);
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(page);
  expect(page.url()).not.toMatch(/valid|keys/);
});

test('who discards a profile begins again with the same choices', async ({ page }) => {
  await person.begin(page, relay);
  await page.getByLabel('Unit').selectOption('months');
  await page.getByLabel('Amount').fill('7');
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(page);
  const first = new URL(page.url()).searchParams.get('profile');
  await person.discard(page);
  await expect(page.getByRole('status').getByText('The profile is deleted.')).toBeVisible();
  await expect(current(page)).toHaveText('Mail app');
  await expect(page).toHaveURL(/\/new-profile(\?app=[a-z]+)?$/);
  await expectAccessible(page, 'Where do you read your mail?');
  await forward(page);
  await expect(page.getByLabel('Amount')).toHaveValue('7');
  await expect(page.getByLabel('Unit')).toHaveValue('months');
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(page);
  expect(new URL(page.url()).searchParams.get('profile')).not.toBe(first);

  // From the offer, too: what is left of it stays, and then the first step is there.
  await exportOnly(page);
  await newProfile(page);
  await page.getByRole('button', { name: 'Create another profile' }).click();
  await app(page, 'Another mail app').check();
  await forward(page);
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(page);
  await exportOnly(page);
  await newProfile(page);
  const offered = page.getByRole('link', { name: /^Continue with / });
  for (const left of [1, 0]) {
    await page.getByText('Discard this profile…').first().click();
    await page.getByRole('button', { name: 'Discard', exact: true }).click();
    await expect(offered).toHaveCount(left);
  }
  await expect(current(page)).toHaveText('Mail app');
  await expect.poll(() => page.workers().length).toBe(0);
});

const steps = ['Mail app', 'Expiration', 'Passphrase and Export', 'Install', 'Trust', 'Activate'];

for (const width of [360, 1280]) {
  test(`every step has a way back that can be tapped, ${width} pixels wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 740 });
    const addresses = new Set<string>();
    page.on('framenavigated', (frame) => void addresses.add(frame.url().replace(relay.url, '')));
    await person.issue(page, relay);
    await exportOnly(page);
    for (let step = 3; step < steps.length; step++) await forward(page);
    await expect(current(page)).toHaveText('Activate');

    // Each step that is open is a link as large as a finger.
    const links = page.getByRole('list', { name: 'Steps' }).getByRole('link');
    await expect(links).toHaveCount(steps.length - 1);
    for (const link of await links.all()) {
      const box = (await link.boundingBox())!;
      expect(Math.min(box.width, box.height), (await link.getAttribute('aria-label'))!).toBeGreaterThanOrEqual(43.5);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);

    // "Back", and the browser's own.
    for (const step of steps.slice(0, -1).reverse()) {
      await page.getByRole('link', { name: 'Back', exact: true }).click();
      await expect(current(page)).toHaveText(step);
    }
    await page.goBack();
    await expect(current(page)).toHaveText('Expiration');
    await page.goForward();
    await expect(current(page)).toHaveText('Mail app');
    await page.getByRole('link', { name: 'On to Passphrase and Export' }).click();
    await expect(passphrase(page)).toBeVisible();
    await page.getByRole('link', { name: 'Back to Mail app' }).click();
    await expect(current(page)).toHaveText('Mail app');
    await page.getByRole('link', { name: 'Back', exact: true }).click();
    await expect(page).toHaveURL(/\/relay$/);

    // An address holds the step and the profile, and no secret.
    for (const address of [...addresses].filter((address) => address.includes('new-profile'))) {
      expect(address).toMatch(/^\/relay\/\d+\/new-profile(\?(step|profile|app|valid|keys)=[a-z0-9-]+(&(step|profile|app|valid|keys)=[a-z0-9-]+)*)?$/);
    }
  });
}

test('each step is there again after a reload, and says what is no longer possible', async ({ page }) => {
  const failures: string[] = [];
  page.on('pageerror', (error) => void failures.push(error.message));
  await person.issue(page, relay);
  await exportOnly(page);
  await forward(page);
  await page.getByLabel('Device or mail app').selectOption('ios');
  await expect(page).toHaveURL(/step=install&profile=\d+&app=ios$/);
  // Again and again, as the page must be taken over whatever answer comes first.
  for (const step of ['Install', 'Trust', 'Activate', 'Activate', 'Activate']) {
    await page.reload();
    await expect(current(page)).toHaveText(step);
    if (step === 'Activate') {
      await expect(page.getByRole('button', { name: 'Send a test message' })).toBeVisible();
    } else {
      await expect(page.getByLabel('Device or mail app')).toHaveValue('ios');
      await forward(page);
    }
  }
  await page.getByRole('link', { name: 'Back to Passphrase and Export' }).click();
  await expect(page.getByText(/The key can no longer be exported/)).toBeVisible();
  await expect(passphrase(page)).toHaveCount(0);
  const root = (await page.getByRole('link', { name: 'Root certificate, PEM' }).getAttribute('href'))!;
  expect((await page.request.get(relay.url + root)).status()).toBe(200);
  await page.reload();
  await expect(page.getByText(/The key can no longer be exported/)).toBeVisible();
  const address = page.url();
  await person.discard(page);
  await expect(current(page)).toHaveText('Mail app');
  await page.goto(address);
  await expect(page.getByRole('heading', { name: 'This profile does not exist any more' })).toBeVisible();
  await page.getByRole('link', { name: 'New Profile' }).click();
  await expect(page.getByRole('radio', { name: 'S/MIME' })).toBeVisible();
  expect(failures).toEqual([]);
});

test('an unfinished profile is offered before another one is made', async ({ page }) => {
  await person.issue(page, relay);
  const first = new URL(page.url()).searchParams.get('profile');
  const other = await elsewhere(page, () => page.getByRole('link', { name: /^Mail Relay/ }).first().click());
  await other.getByRole('link', { name: 'New Profile' }).click();
  const offered = other.getByRole('link', { name: /^Continue with / });
  await expect(offered).toHaveCount(1);
  await expectAccessible(other, other.getByText('Its key is no longer in this browser tab.'));
  await other.getByRole('button', { name: 'Create another profile' }).click();
  await app(other, 'Another mail app').check();
  await forward(other);
  await other.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(other);
  expect(new URL(other.url()).searchParams.get('profile')).not.toBe(first);
  // Each has its key in its tab, and neither is lost for the other.
  expect([page.workers().length, other.workers().length]).toEqual([1, 1]);
  await exportOnly(other);
  await exportOnly(page);

  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: 'New Profile' }).click();
  await expect(page.getByRole('link', { name: /^Continue with / })).toHaveCount(2);
  await expect(page.getByText('Its key is no longer in this browser tab.')).toHaveCount(2);
});

test('after an export no field is marked, and the next step is the one that stands out', async ({ page }) => {
  await person.issue(page, relay);
  const primary = page.locator('main .primary');
  await expect(primary).toHaveText(['Export']);
  await exportOnly(page);
  await passphrase(page).focus();
  await page.getByRole('heading', { level: 1 }).click();
  await expect(page.locator('main :user-invalid')).toHaveCount(0);
  await expect(passphrase(page)).toHaveValue('');
  await expect(primary).toHaveText(['Continue']);
  // The key stays for another file, of another name, until the profile is activated.
  await forward(page);
  await page.getByRole('link', { name: 'Back', exact: true }).click();
  expect(basename(await person.exportKey(page, 'compatible'))).toBe(`${person.address}-compatible.p12`);
  expect(basename(await person.exportKey(page, 'modern'))).toBe(`${person.address}.p12`);
});

test('a long key tells how long it takes, and can be stopped', async ({ page }) => {
  await person.begin(page, relay);
  await person.chooseKeys(page, 4096);
  const issue = page.getByRole('button', { name: 'Issue Certificate' });
  await issue.click();
  await expect(page.getByText('Making your key in this browser…')).toBeVisible();
  await expect(page.getByRole('timer')).toHaveText(/^\d+ s$/);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(issue).toBeEnabled();
  await expect(page.getByRole('timer')).toHaveCount(0);
  await expect(page.getByRole('alert').locator('.notice')).toHaveCount(0);
  await expect.poll(() => page.workers().length).toBe(0);

  // Nothing is left behind that would be in the way.
  await person.chooseKeys(page, 2048);
  await issue.click();
  await person.expectIssued(page);
});

test.describe('on an iPhone', () => {
  test.use({
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/604.1',
    viewport: { width: 360, height: 740 },
  });

  test('the configuration profile comes first, and the steps are the iPhone\'s', async ({ page }) => {
    await person.issue(page, relay);
    await expect(page.locator('#package')).toHaveText('File: Apple configuration profile');
    await person.otherOptions(page);
    const choices = page.getByRole('group', { name: 'For which devices?' }).getByRole('radio');
    await expect(choices).toHaveCount(3);
    await expect(choices.first()).toHaveAccessibleName('Apple configuration profile');
    await expect(choices.first()).toBeChecked();
    const { list } = readProfile(await exportOnly(page));
    expect(list.PayloadRemovalDisallowed).toBe(false);
    await forward(page);
    await expect(page.getByLabel('Device or mail app')).toHaveValue('ios');
    await expect(page.getByRole('heading', { name: 'With the configuration profile' })).toBeVisible();
    // Nothing is wider than the phone.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});

test('one can look elsewhere without losing the key, and is warned before it is lost', async ({ page }) => {
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.type());
    return dialog.dismiss();
  });
  const reload = () => page.evaluate(() => void setTimeout(() => location.reload()));
  await person.issue(page, relay);
  await expect(page.getByText(/close or reload this page before you export, the key is lost/)).toBeVisible();
  await passphrase(page).fill('typed');
  const other = await elsewhere(page, () => page.getByRole('link', { name: 'Aliases' }).click());
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Aliases');
  await expect(passphrase(page)).toHaveValue('typed');
  expect(page.workers()).toHaveLength(1);

  await reload();
  await expect.poll(() => dialogs).toEqual(['beforeunload']);
  await expect(passphrase(page)).toHaveValue('typed');

  await person.exportKey(page, 'modern');
  await forward(page);
  await page.getByRole('link', { name: 'Back to Passphrase and Export' }).click();
  await expect(page.getByText(/^Exported as /)).toBeVisible();
  await reload();
  await expect(page.getByText(/The key can no longer be exported/)).toBeVisible();
  expect(dialogs).toEqual(['beforeunload']);
});

test('a profile that was activated or deleted on its own page is not gone on with', async ({ page }) => {
  const ownPage = async () => {
    await page.getByRole('link', { name: 'Mail Relay Settings' }).first().click();
    await page.locator(ownProfile).first().click();
  };
  await person.issue(page, relay);
  await exportOnly(page);
  await ownPage();
  await page.getByText('Delete this profile…').click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page).toHaveURL(/\/relay$/);
  await newProfile(page);
  await expect(page.getByRole('radio', { name: 'S/MIME' })).toBeVisible();

  await person.issue(page, relay);
  // As long as nothing is exported, only a test would activate it.
  const other = await elsewhere(page, () => page.getByRole('link', { name: 'Mail Relay Settings' }).first().click());
  await other.locator(ownProfile).first().click();
  await expect(other.getByText('The key of this profile was not exported')).toBeVisible();
  await expect(other.getByText('Activate without a test…')).toHaveCount(0);
  await person.exportKey(page, 'modern');
  await ownPage();
  await person.skipTest(page);
  await expect(page.getByText('Active', { exact: true })).toBeVisible();
  await newProfile(page);
  await expect(page.getByRole('radio', { name: 'S/MIME' })).toBeVisible();
  await expect(page.getByText('Discard this profile…')).toHaveCount(0);
});

test('the key worker is there for an issuance and ends with it', async ({ page }) => {
  const workers = (count: number) => expect.poll(() => page.workers().length).toBe(count);
  await workers(0);
  await person.issue(page, relay);
  await workers(1);
  await person.discard(page);
  await expect(current(page)).toHaveText('Mail app');
  await workers(0);
  await page.getByRole('link', { name: 'Mail Relay Settings' }).first().click();
  await expect(page.getByText('No encryption set up yet.')).toBeVisible();

  await person.issue(page, relay);
  await workers(1);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await workers(0);

  await page.goto(`${relay.url}/sign-in`);
  await page.getByLabel('E-mail').fill(person.address);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/aliases/);
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await workers(1);
  await person.activate(page);
  await workers(0);
});

/** Base64 of the same octets but for one bit of the last, which is the signature's. */
function tampered(base64: string): string {
  const octets = Buffer.from(base64, 'base64');
  octets[octets.length - 1] ^= 1;
  return octets.toString('base64');
}

for (const [field, words] of [
  ['user_certificate', 'the user certificate was refused: its signature does not verify'],
  ['intermediate_request', 'the request for the intermediate certificate was refused: its signature does not verify'],
] as const) {
  test(`an answer of the server with a tampered ${field} is refused by name`, async ({ page }) => {
    await page.route('**/api/request_certificate', async (route: Route) => {
      const response = await route.fetch();
      const issuing = await response.json();
      issuing.answer[field] = tampered(issuing.answer[field]);
      await route.fulfill({ response, json: issuing });
    });
    await person.begin(page, relay);
    await page.getByRole('button', { name: 'Issue Certificate' }).click();
    await expect(page.getByRole('alert').getByText(words)).toBeVisible({ timeout: 60_000 });
    await expect(passphrase(page)).toHaveCount(0);
    await expect.poll(() => page.workers().length).toBe(0);
  });
}

test('a tampered chain is refused by the server, and the page says which check failed', async ({ page }) => {
  await page.route('**/api/complete_profile', async (route: Route) => {
    const message = route.request().postDataJSON();
    message.completion.root = tampered(message.completion.root);
    await route.continue({ postData: JSON.stringify(message) });
  });
  await person.begin(page, relay);
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  const words = 'The certificates were refused: the root certificate was refused: its signature does not verify.';
  await expect(page.getByRole('alert').getByText(words)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('alert').getByText('Nothing was kept, and your mailbox is as it was. Issue again.')).toBeVisible();
  await expect.poll(() => page.workers().length).toBe(0);
});

test('until the program runs the wizard says so, and what to do', async ({ browser, page }) => {
  const program = /\/pkg\/wizard-\w+\.wasm$/;
  const notice = page.getByText('The program that makes your key is not running in this browser.');
  const address = `${relay.url}/relay/1/new-profile`;

  // Still loading: a word at once, more after some seconds, and neither once it runs.
  let load = () => {};
  await page.route(program, async (route) => {
    await new Promise<void>((done) => (load = done));
    await route.continue();
  });
  await page.goto(address, { waitUntil: 'commit' });
  await expect(page.getByText('Loading…')).toBeVisible();
  await expect(notice).toBeHidden();
  await expect(page.getByRole('button', { name: 'Continue' })).toBeDisabled();
  await expectAccessible(page, notice);
  load();
  await expect(notice).toHaveCount(0);
  await expect(page.getByText('Loading…')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Continue' })).toBeEnabled();
  expect(await layoutShift(page), 'moves').toBeLessThan(0.01);
  await page.unroute(program);

  // Blocked or failed: at once.
  await page.route(program, (route) => route.abort());
  await page.goto(address);
  await expect(page.locator('html[data-program="failed"]')).toBeAttached();
  await expect(notice).toBeVisible();
  await page.getByRole('link', { name: 'Set up PGP instead' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New PGP profile');
  await expect(page.getByRole('button', { name: 'Submit' })).toBeVisible();

  const plain = await withoutJavaScript(browser, page);
  await plain.goto(address);
  await expect(plain.locator('noscript .notice')).toBeVisible();
  await expect(plain.getByText('is not running in this browser')).toBeHidden();
  await plain.context().close();
});
