// Every form in which a secret could hide: raw, hex, base64 and base64url, and base64 at each of its three alignments.
export type Needle = { what: string; bytes: Buffer };

export function needles(what: string, secret: Buffer): Needle[] {
  const found: Needle[] = [{ what: `${what}, raw`, bytes: secret }];
  const text = (kind: string, value: string) => found.push({ what: `${what}, ${kind}`, bytes: Buffer.from(value, 'latin1') });
  text('hex', secret.toString('hex'));
  text('HEX', secret.toString('hex').toUpperCase());
  for (const shift of [0, 1, 2]) {
    // Without the characters at either end, which depend on the neighbours.
    const inner = secret.subarray(shift, shift + Math.floor((secret.length - shift) / 3) * 3);
    if (inner.length < 6) continue;
    text(`base64, shifted by ${shift}`, inner.toString('base64').replace(/=+$/, ''));
    text(`base64url, shifted by ${shift}`, inner.toString('base64url'));
  }
  return found;
}

/** The numbers of an RSA key in PKCS#8 PEM, and the whole of it. */
export function ofKey(what: string, text: string, pkcs8: Buffer): Needle[] {
  const number = (name: string) => {
    const digits = new RegExp(`${name}:\\s*((?:[0-9a-f]{2}:?\\s*)+)`).exec(text)?.[1];
    if (!digits) throw new Error(`no ${name} in the key`);
    const bytes = Buffer.from(digits.replace(/[^0-9a-f]/g, ''), 'hex');
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  };
  return [
    ...needles(`${what}: d`, number('privateExponent')),
    ...needles(`${what}: p`, number('prime1')),
    ...needles(`${what}: q`, number('prime2')),
    ...needles(`${what}: PKCS#8`, pkcs8),
  ];
}

export function findings(hay: Buffer, where: string, all: Needle[]): string[] {
  return all.filter((needle) => hay.includes(needle.bytes)).map((needle) => `${needle.what} in ${where}`);
}
