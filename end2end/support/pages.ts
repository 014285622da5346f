// What holds for every page, and the table of all pages. Whoever adds a route adds a line.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Browser, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { join } from 'node:path';
import { letter } from './messages.ts';
import { mails, waitForMail } from './outbox.ts';
import * as person from './person.ts';
import { root, type Relay } from './relay.ts';
import { send } from './smtp.ts';

/** What there is to look at. */
export interface World {
  relay: Relay;
  alias: string;
  profile: string;
  newProfile: string;
  /** The link by which the relayed message is unsubscribed from. */
  unsubscribe: string;
}

export interface Place {
  /** Of its screenshots. */
  name: string;
  path: string | ((world: World) => string);
  /** Whether one has to be signed in. */
  member?: true;
  /** Opens what is folded away, so that it is looked at too. */
  open?: string[];
  /** The only one that cannot do without. */
  needsJavaScript?: true;
  /** Whether it asks the server for more once the program runs. */
  asks?: true;
}

/** The pages of the help. */
export const topics = [
  'begin', 'ios', 'macos', 'outlook', 'thunderbird', 'android', 'gnupg', 'other', 'pgp', 'replies', 'refused', 'aliases', 'profiles',
  'account', 'missing', 'unreadable', 'questions', 'threats', 'program',
];

export const places: Place[] = [
  { name: 'landing', path: '/' },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'sign-in', path: '/sign-in' },
  { name: 'help', path: '/help' },
  ...topics.map((topic) => ({ name: `help-${topic}`, path: `/help/${topic}`, open: ['Please sign your reply'] })),
  { name: 'not-found', path: '/there-is-no-such-page' },
  { name: 'toast', path: '/help?done=saved', asks: true },
  { name: 'home', path: '/', member: true },
  { name: 'verify', path: '/verify', member: true },
  { name: 'relay', path: '/relay', member: true, open: ['Add a mailbox'] },
  { name: 'aliases', path: '/aliases', member: true, open: ['Options'] },
  { name: 'delete-aliases', path: (world) => `/aliases/delete?aliases[]=${world.alias.split('/').pop()}`, member: true },
  { name: 'alias', path: (world) => world.alias, member: true },
  { name: 'alias-activity', path: (world) => `${world.alias}?tab=activity`, member: true },
  { name: 'alias-settings', path: (world) => `${world.alias}?tab=settings`, member: true, open: ['Delete…'] },
  { name: 'profile', path: (world) => world.profile, member: true, open: ['Delete this profile…'] },
  { name: 'pgp', path: (world) => `${world.newProfile}/pgp`, member: true },
  { name: 'account', path: '/account', member: true },
  { name: 'two-factor', path: '/account/two-factor', member: true },
  { name: 'recovery-codes', path: '/account/recovery-codes', member: true },
  { name: 'unsubscribe', path: (world) => world.unsubscribe },
  { name: 'data', path: '/account/data', member: true },
  { name: 'import', path: '/account/import', member: true },
  { name: 'api-keys', path: '/account/api-keys', member: true },
  { name: 'delete-account', path: '/account/delete', member: true },
  { name: 'delete-mailbox', path: (world) => world.newProfile.replace('new-profile', 'delete'), member: true },
  { name: 'administration', path: '/administration', member: true },
  { name: 'administration-accounts', path: '/administration/accounts', member: true },
  { name: 'administration-account', path: '/administration/accounts/2', member: true },
  { name: 'administration-own-account', path: '/administration/accounts/1', member: true },
  { name: 'administration-delete', path: '/administration/accounts/2/delete', member: true },
  { name: 'administration-invitations', path: '/administration/invitations', member: true },
  { name: 'administration-queue', path: '/administration/queue', member: true },
  { name: 'administration-settings', path: '/administration/settings', member: true },
  { name: 'administration-log', path: '/administration/log', member: true },
  { name: 'forgot', path: '/forgot' },
  { name: 'reset', path: '/forgot/code' },
  { name: 'wizard', path: (world) => world.newProfile, member: true, needsJavaScript: true },
  { name: 'wizard-expiration', path: (world) => `${world.newProfile}?step=expiration`, member: true, needsJavaScript: true, open: ['Other options'] },
  { name: 'wizard-install', path: (world) => `${world.newProfile}?step=install&profile=${world.profile.split('/').pop()}&app=ios`, member: true, needsJavaScript: true },
];

/** An administrator with an alias that has a contact and activity, an active profile, and codes that wait for being put down; and another account. */
export async function furnish(page: Page, relay: Relay): Promise<World> {
  await person.signUp(page, relay);
  const taken = await person.takeAlias(page, relay);
  const alias = await page.locator('a[href^="/aliases/"]').first().getAttribute('href');
  await person.issue(page, relay);
  const newProfile = new URL(page.url()).pathname;
  await person.exportKey(page, 'modern');
  await person.activate(page);
  await page.goto(`${relay.url}/relay`);
  const profile = await page.locator('a[href^="/profiles/"]').first().getAttribute('href');
  const before = mails(relay.outbox).length;
  const said = send(relay.smtpPort, 'bob@example.com', taken, letter(taken));
  expect(said.status, said.text).toBe(0);
  const relayed = await waitForMail(relay.outbox, before + 1);
  const unsubscribe = /<http[^>]+(\/u\/[a-z0-9]+)>/.exec(relayed.header('List-Unsubscribe')!)![1]!;
  for (const [field, button, path] of [
    ['#start-password', 'Set up two-factor authentication', '/account/two-factor'],
    ['#recovery-password', 'Make recovery codes', '/account/recovery-codes'],
  ] as const) {
    await page.goto(`${relay.url}/account`);
    await page.locator(field).fill(person.password);
    await page.getByRole('button', { name: button }).click();
    await expect(page).toHaveURL(relay.url + path);
  }
  relay.command('account', 'administrator', person.address, 'on');
  relay.command('account', 'create', 'bob.stone@example.net');
  return { relay, alias: alias!, profile: profile!, newProfile, unsubscribe };
}

export function addressOf(place: Place, world: World): string {
  return world.relay.url + (typeof place.path === 'string' ? place.path : place.path(world));
}

/** Waits until the program has taken the page over. Before that a page can change under what looks at it. */
export async function expectRunning(page: Page): Promise<void> {
  await expect(page.locator('html[data-program="running"]')).toBeAttached();
}

/** Goes there, opens what is folded away, and waits until the program runs and the pictures are there. */
export async function visit(page: Page, place: Place, world: World): Promise<void> {
  await page.goto(addressOf(place, world), { waitUntil: 'networkidle' });
  await expectRunning(page);
  for (const name of place.open ?? []) {
    const summary = page.locator('summary', { hasText: name });
    for (const each of await summary.all()) if (await each.isVisible()) await each.click();
  }
}

/** Everything that the browser refused or that went wrong on the pages of a context, from now on. */
export async function complaints(context: BrowserContext): Promise<string[]> {
  const said: string[] = [];
  await context.exposeBinding('complain', (_source, words: string) => void said.push(words));
  await context.addInitScript(() => {
    const tell = (globalThis as unknown as { complain(words: string): void }).complain;
    addEventListener('securitypolicyviolation', (event) =>
      tell(`${location.pathname}: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  context.on('weberror', (error) => said.push(`error: ${error.error().message}`));
  context.on('console', (message) => {
    // A page that is not there is a 404, which Chromium writes down.
    const expected = /status of 404/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !expected) said.push(`console: ${message.text()}`);
  });
  return said;
}

/** `shown` is the heading of what is looked at, or something else of it: between two pages there is nothing to judge. */
export async function expectAccessible(page: Page, shown: string | Locator): Promise<void> {
  await expect(typeof shown === 'string' ? page.getByRole('heading', { name: shown, exact: true }) : shown).toBeVisible();
  await expect(page.locator('p.waiting')).toHaveCount(0);
  for (const colorScheme of ['light', 'dark'] as const) {
    // Without motion: half-way from one theme to the other, colours are nobody's.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessibleAsItIs(page);
  }
}

export async function expectAccessibleAsItIs(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const said = violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' | ')}`);
  expect.soft(said, `${page.url()} ${await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)}`).toEqual([]);
}

/** How far anything sticks out at the right, in pixels. */
export async function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Controls that a finger misses: lower or narrower than 44 pixels. Links within a sentence are as high as their line (WCAG 2.2 §2.5.8). */
export async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>('a[href], button, select, textarea, summary, input:not([type="hidden"])');
    const isShown = (element: Element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.skip');
    return [...controls]
      .filter((element) => isShown(element) && getComputedStyle(element).display !== 'inline')
      .filter((element) => {
        const isTick = element.matches('input:is([type="radio"], [type="checkbox"])');
        const box = ((isTick && element.closest('.choice')) || element).getBoundingClientRect();
        return box.height < 43.5 || box.width < 43.5;
      })
      .map((element) => {
        const { width, height } = element.getBoundingClientRect();
        return `${Math.round(width)}×${Math.round(height)} ${element.outerHTML.slice(0, 120)}`;
      });
  });
}

/** The sum of all layout shifts of the page so far (Layout Instability §3.1), but for those that a person caused. */
export async function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
            if (!entry.hadRecentInput) sum += entry.value;
          }
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(sum), 100);
      }),
  );
}

/** Of the whole page, to be looked at; in a folder that is not kept. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(root, 'end2end/screenshots', `${name}.png`), fullPage: true, animations: 'disabled' });
}

/** The same visitor, with JavaScript switched off. */
export async function withoutJavaScript(browser: Browser, page: Page): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  return context.newPage();
}
