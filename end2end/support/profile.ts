// Apple's configuration profile as somebody else reads it: Python's plistlib.
import { join } from 'node:path';
import { folder, must } from './clients.ts';

export type Payload = { PayloadType: string; PayloadIdentifier: string; PayloadUUID: string; [key: string]: unknown };

export type ConfigurationProfile = {
  list: Payload & { PayloadContent: Payload[] };
  /** Where the content of each payload is. */
  root: string;
  intermediate: string;
  identity: string;
};

// Puts each content into a file of the name that its payload gives.
const read = `
import json, plistlib, sys
with open(sys.argv[1], 'rb') as file:
    profile = plistlib.load(file, fmt=plistlib.FMT_XML)
for payload in profile['PayloadContent']:
    with open(sys.argv[2] + '/' + payload['PayloadCertificateFileName'], 'wb') as file:
        file.write(payload.pop('PayloadContent'))
print(json.dumps(profile))
`;

export function readProfile(path: string): ConfigurationProfile {
  const home = folder();
  const list = JSON.parse(must('python3', ['-c', read, path, home]).toString());
  const [root, intermediate, identity] = ['root.cer', 'intermediate.cer', 'identity.p12'].map((name) => join(home, name));
  return { list, root, intermediate, identity };
}
