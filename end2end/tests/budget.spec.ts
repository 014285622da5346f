// How many bytes a page may take from the network, and what it may not take at all. The numbers are what there is today and a
// tenth: a page that outgrows them needs a reason.
import { test, expect, type Page } from '@playwright/test';
import { furnish, places, visit, type World } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';

/** The HTML of a page, which is never compressed (BREACH). */
const HTML = 60_000;
/** Style sheet, first script and icons, compressed. */
const FRAME = 15_000;
/** The program of ordinary pages with its bindings. */
const ISLANDS = 117_000;
/** The program of the wizard with its bindings, without which it does nothing. */
const WIZARD = 332_000;
/** The key worker, which loads while the wizard is open. */
const KEYS = 300_000;

let relay: Relay;
test.beforeAll(async () => void (relay = await Relay.start()));
test.afterAll(async () => relay.end());

interface Bytes {
  html: number;
  frame: number;
  islands: number;
  wizard: number;
  keys: number;
}

/** The encoded bytes of everything that the page has loaded, by kind. Pictures in the help are not counted. */
async function bytes(page: Page): Promise<Bytes> {
  return page.evaluate(() => {
    const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const of = (kind: RegExp) => loaded.filter(({ name }) => kind.test(name)).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    return {
      html: page!.encodedBodySize,
      frame: of(/\/pkg\/(start|style)-|\/icon/),
      islands: of(/\/pkg\/islands/),
      wizard: of(/\/pkg\/wizard/),
      keys: of(/\/pkg\/(keys|worker)/),
    };
  });
}

/** The tags of the page that the policy of its first script does not let through, so that a switch would have to load it anew. */
async function foreign(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const html = await (await fetch(location.href, { headers: { accept: 'text/html' } })).text();
    const content = html.slice(html.indexOf('>', html.indexOf('<main')) + 1, html.lastIndexOf('</main>'));
    const place = document.createElement('template');
    return [...new Set(content.match(/<[a-z][^>]*>/g))].filter((tag) => {
      try {
        place.innerHTML = tag;
        return false;
      } catch {
        return true;
      }
    });
  });
}

test('no page outgrows its bytes, and none loads a program that it does not need', async ({ page, browser }) => {
  test.slow();
  const world: World = await furnish(page, relay);
  const visitor = await browser.newPage();
  for (const place of places) {
    const looking = place.member ? page : visitor;
    await visit(looking, place, world);
    const found = await bytes(looking);
    console.log(place.name.padEnd(24), JSON.stringify(found));
    expect.soft(found.html, `${place.name}: HTML`).toBeLessThan(HTML);
    expect.soft(found.frame, `${place.name}: frame`).toBeLessThan(FRAME);
    const hasIsland = (await looking.locator('leptos-island').count()) > 0;
    if (place.needsJavaScript) {
      expect.soft(found.wizard, `${place.name}: the wizard`).toBeLessThan(WIZARD);
      expect.soft(found.wizard, `${place.name}: the wizard is counted`).toBeGreaterThan(100_000);
    } else {
      expect.soft(found.wizard + found.keys, `${place.name}: only the wizard loads its programs`).toBe(0);
    }
    const changes = looking.locator('main :is([role=switch], [role=search][aria-controls])');
    if ((await changes.count()) > 0) expect.soft(await foreign(looking), `${place.name}: a switch could not show it`).toEqual([]);
    if (hasIsland) {
      expect.soft(found.islands, `${place.name}: islands`).toBeLessThan(ISLANDS);
    } else {
      expect.soft(found.islands, `${place.name}: no islands, no program`).toBe(0);
    }
  }
  await visitor.close();
});

test('the key worker is loaded once, while the wizard is open', async ({ page }) => {
  await person.signUp(page, relay, 'eve@example.org');
  let keys = 0;
  page.on('response', async (response) => {
    if (!/\/pkg\/(keys|worker)/.test(response.url()) || response.status() !== 200) return;
    const { responseBodySize } = await response.request().sizes();
    keys += responseBodySize;
  });
  await person.issue(page, relay);
  await expect.poll(() => keys).toBeGreaterThan(100_000);
  expect(keys).toBeLessThan(KEYS);
});
