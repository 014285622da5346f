// Looks for secrets in every form in which one could hide. Whole keys may be wrapped, cut by database pages or sent in
// pieces, so what is looked for is every 21 octets: no run of 48 octets of a secret is without one of these.
const PIECE = 21;

/** How a piece is written, and thus in which view of a file it is looked for. */
type Form = 'octets' | 'text' | 'hex';
export type Needle = { what: string; form: Form; bytes: Buffer };

/** A short secret, such as a passphrase: looked for as a whole. */
export function needles(what: string, secret: Buffer): Needle[] {
  const spaceless = Buffer.from(secret.toString('latin1').replace(/\s/g, ''), 'latin1');
  return [...formsOf(what, secret), { what: `${what}, without spaces`, form: 'text', bytes: spaceless }];
}

/** A long secret, such as a key: looked for piece by piece, and backwards, as numbers are often kept. */
export function pieces(what: string, secret: Buffer): Needle[] {
  const found: Needle[] = [];
  for (const [order, bytes] of [['', secret], [', backwards', Buffer.from(secret).reverse()]] as const) {
    for (let at = 0; at + PIECE <= bytes.length; at += PIECE) {
      found.push(...formsOf(`${what}${order}, octet ${at}`, bytes.subarray(at, at + PIECE)));
    }
  }
  return found;
}

function formsOf(what: string, secret: Buffer): Needle[] {
  const found: Needle[] = [
    { what: `${what}, raw`, form: 'octets', bytes: secret },
    { what: `${what}, hex`, form: 'hex', bytes: Buffer.from(secret.toString('hex')) },
    { what: `${what}, decimal`, form: 'text', bytes: Buffer.from([...secret].join(',')) },
  ];
  for (const shift of [0, 1, 2]) {
    // Base64 takes three octets at a time, from wherever the whole began; the characters at either end depend on neighbours.
    const inner = secret.subarray(shift, shift + Math.floor((secret.length - shift) / 3) * 3);
    for (const alphabet of ['base64', 'base64url'] as const) {
      found.push({ what: `${what}, ${alphabet}`, form: 'text', bytes: Buffer.from(inner.toString(alphabet)) });
    }
  }
  return found;
}

/** The numbers of an RSA key in OpenSSL's text, and the whole of it. */
export function ofKey(what: string, text: string, pkcs8: Buffer): Needle[] {
  const number = (name: string) => {
    const digits = new RegExp(`${name}:\\s*((?:[0-9a-f]{2}:?\\s*)+)`).exec(text)?.[1];
    if (!digits) throw new Error(`no ${name} in the key`);
    const bytes = Buffer.from(digits.replace(/[^0-9a-f]/g, ''), 'hex');
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  };
  // The public half of the key is in its certificate and may be anywhere: of PKCS#8 only what follows it is secret.
  const modulus = number('modulus');
  const secret = pkcs8.subarray(pkcs8.indexOf(modulus) + modulus.length);
  return [
    ...pieces(`${what}: d`, number('privateExponent')),
    ...pieces(`${what}: p`, number('prime1')),
    ...pieces(`${what}: q`, number('prime2')),
    ...pieces(`${what}: PKCS#8`, secret),
  ];
}

/** A search for all of the needles at once, in whatever form. */
export function search(all: Needle[]): (hay: Buffer, where: string) => string[] {
  const indices = Object.fromEntries(
    (['octets', 'text', 'hex'] as const).map((form) => [form, new Index(all.filter((needle) => needle.form === form))]),
  ) as Record<Form, Index>;
  return (hay, where) => findings(hay, indices).map((what) => `${what} in ${where}`);
}

function findings(hay: Buffer, indices: Record<Form, Index>): string[] {
  const found = new Set<string>();
  const look = (form: Form, view: Buffer) => indices[form].scan(view).forEach((needle) => found.add(needle.what));
  const raw = hay.toString('latin1');
  for (const text of [raw, percentDecoded(raw), jsonDecoded(raw)]) {
    look('octets', Buffer.from(text, 'latin1'));
    look('text', Buffer.from(spaceless(text), 'latin1'));
    look('hex', Buffer.from(text.replace(/\\[nrtx]|0x|[\s:,"\\-]/g, '').toLowerCase(), 'latin1'));
  }
  return [...found];
}

/** Without line ends, also those that JSON or a log has escaped, once or twice, and without the keys of a Uint8Array in JSON. */
function spaceless(text: string): string {
  return text.replace(/\\+[nrt]|[\s\\]/g, '').replace(/"\d+":/g, '');
}

function percentDecoded(text: string): string {
  return text.replace(/\+/g, ' ').replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
}

function jsonDecoded(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/gi, (_, digits) => Buffer.from(String.fromCharCode(parseInt(digits, 16))).toString('latin1'));
}

/** Finds all needles in one pass over the hay, by their first three octets. */
class Index {
  private readonly known = new Uint8Array(1 << 24);
  private readonly heads = new Map<number, Needle[]>();

  constructor(all: Needle[]) {
    for (const needle of all) {
      const head = needle.bytes.readUIntBE(0, 3);
      this.known[head] = 1;
      this.heads.set(head, [...(this.heads.get(head) ?? []), needle]);
    }
  }

  scan(hay: Buffer): Needle[] {
    const found: Needle[] = [];
    let head = 0;
    for (let end = 0; end < hay.length; end++) {
      head = ((head << 8) | hay[end]) & 0xffffff;
      if (end < 2 || !this.known[head]) continue;
      for (const needle of this.heads.get(head)!) {
        if (hay.subarray(end - 2, end - 2 + needle.bytes.length).equals(needle.bytes)) found.push(needle);
      }
    }
    return found;
  }
}
