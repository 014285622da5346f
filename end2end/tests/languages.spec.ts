// Every page in German: complete, in its place, and chosen by the browser or by the person.
import { expect, type Page } from '@playwright/test';
import { addressOf, expectAccessibleAsItIs, expectRunning, picture, places, sideways } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { test } from '../support/world.ts';

/** Texts on the page with words that only English has, but for what is marked as English or is for programs. */
async function english(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const words = /\b(the|and|your|you|with|this|that|are|is|not|please|from|has|have|will|its)\b/i;
    const isOther = (element: Element | null) => !!element?.closest('[lang]:not(html, [lang="de"]), code, pre, script, style, noscript, .address');
    const found: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      if (words.test(text.nodeValue!) && !isOther(text.parentElement)) found.push(text.nodeValue!.trim());
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      for (const element of document.querySelectorAll(`body [${name}]`)) {
        const text = element.getAttribute(name)!;
        if (words.test(text) && !isOther(element)) found.push(`${name}: ${text}`);
      }
    }
    if (words.test(document.title)) found.push(document.title);
    return found;
  });
}

const unfold = (page: Page) => page.evaluate(() => document.querySelectorAll('details').forEach((each) => (each.open = true)));

for (const place of places) {
  test(`${place.name} is German for who asks for it`, async ({ browser, furnished: { world, storageState } }) => {
    const context = await browser.newContext({
      locale: 'de-DE',
      viewport: { width: 360, height: 740 },
      storageState: place.member ? storageState : undefined,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(addressOf(place, world), { waitUntil: 'networkidle' });
    await expectRunning(page);
    await unfold(page);
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    expect.soft(await english(page)).toEqual([]);
    await picture(page, `${place.name}-german`);
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect.soft(await sideways(page), `${width} pixels wide`).toBeLessThanOrEqual(0);
    }
    await context.close();
  });
}

test('another language is chosen with one click, and kept, without JavaScript too', async ({ browser, furnished: { world } }) => {
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled, locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(`${world.relay.url}/help`);
    const language = page.getByRole('group', { name: 'Language' });
    await expect(language.getByRole('button', { name: 'English' })).toHaveAttribute('aria-pressed', 'true');
    await language.getByRole('button', { name: 'Deutsch' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hilfe');
    expect(new URL(page.url()).pathname).toBe('/help');
    await page.goto(`${world.relay.url}/sign-in?done=signed-out`);
    await expect(page.getByRole('status').getByText('Sie sind abgemeldet.')).toBeVisible();
    await page.getByRole('group', { name: 'Sprache' }).getByRole('button', { name: 'English' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
    await context.close();
  }
});

test('the wizard and its program speak German through all steps', async ({ browser }) => {
  const relay = await Relay.start();
  const english_ = await browser.newContext();
  await person.signUp(await english_.newPage(), relay);
  const state = await english_.storageState();
  await english_.close();
  const context = await browser.newContext({ locale: 'de-AT', storageState: state, viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  try {
    await page.goto(`${relay.url}/relay`);
    await page.getByRole('link', { name: 'Neues Profil' }).click();
    const onward = page.getByRole('button', { name: 'Weiter', exact: true });
    const look = async (heading: string, name: string) => {
      await expect(page.getByRole('heading', { level: 2, name: heading })).toBeVisible();
      await unfold(page);
      expect.soft(await english(page), heading).toEqual([]);
      expect.soft(await sideways(page), heading).toBeLessThanOrEqual(0);
      await expectAccessibleAsItIs(page);
      await picture(page, `wizard-${name}-german`);
    };
    await expectRunning(page);
    for (const app of ['ios', 'macos', 'thunderbird', 'android', 'gnupg', 'other', 'outlook']) {
      await page.locator(`#app-${app}`).check();
      expect.soft(await english(page), app).toEqual([]);
    }
    await look('Wo lesen Sie Ihre E-Mails?', 'app');
    await onward.click();
    await look('Ablaufdatum festlegen', 'expiration');
    await page.getByRole('button', { name: 'Zertifikat ausstellen' }).click();
    await look('Passphrase wählen und exportieren', 'export');
    await page.locator('#passphrase').fill(person.passphrase);
    await page.locator('#passphrase-again').fill(person.passphrase);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Exportieren' }).click();
    await download;
    await onward.click();
    await look('Zertifikatskette installieren', 'install');
    for (const app of ['ios', 'macos', 'thunderbird', 'android', 'gnupg', 'other', 'outlook']) {
      await page.locator('#device').selectOption(app);
      await unfold(page);
      expect.soft(await english(page), app).toEqual([]);
    }
    await onward.click();
    await look('Dem Stammzertifikat vertrauen', 'trust');
    await onward.click();
    await look('Profil aktivieren', 'activate');
  } finally {
    await context.close();
    await relay.end();
  }
});
