// A real Thunderbird with a profile of its own, under Xvfb.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Marionette } from './marionette.ts';

/** What a reader sees of a message. */
export type Shown = {
  subject: string;
  from: string;
  to: string;
  cc: string;
  replyTo: string;
  /** `S/MIME` or `OpenPGP`; empty without either. */
  technology: string;
  /** The state of the symbol in the header: `ok`, `notok`, …; null if there is none. */
  encrypted: string | null;
  /** `ok` (S/MIME), `verified` or `unverified` (OpenPGP, accepted key), `unknown` (key not accepted), `mismatch`, `notok`. */
  signed: string | null;
  text: string;
  attachments: string[];
};

export type Person = { name: string; address: string };

// The objects that scripts find inside Thunderbird.
declare const Services: any, ChromeUtils: any, Components: any;

const settings = (person: Person, smtpPort: number): Record<string, string | number | boolean> => ({
  'marionette.port': 0,
  'mail.accountmanager.accounts': 'account1',
  'mail.accountmanager.defaultaccount': 'account1',
  'mail.accountmanager.localfoldersserver': 'server1',
  'mail.account.account1.server': 'server1',
  'mail.account.account1.identities': 'id1',
  'mail.server.server1.type': 'none',
  'mail.server.server1.hostname': 'Local Folders',
  'mail.server.server1.userName': 'nobody',
  'mail.server.server1.name': 'Local Folders',
  'mail.server.server1.directory-rel': '[ProfD]Mail/Local Folders',
  'mail.identity.id1.fullName': person.name,
  'mail.identity.id1.useremail': person.address,
  'mail.identity.id1.valid': true,
  'mail.identity.id1.fcc': false,
  'mail.identity.id1.smtpServer': 'smtp1',
  'mail.smtpservers': 'smtp1',
  'mail.smtp.defaultserver': 'smtp1',
  'mail.smtpserver.smtp1.type': 'smtp',
  'mail.smtpserver.smtp1.hostname': '127.0.0.1',
  'mail.smtpserver.smtp1.port': smtpPort,
  'mail.smtpserver.smtp1.authMethod': 1,
  'mail.smtpserver.smtp1.try_ssl': 0,
  // Nothing is fetched from elsewhere, and nothing asks.
  'app.update.auto': false,
  'app.donation.eoy.version.viewed': 999,
  'datareporting.policy.dataSubmissionPolicyBypassNotification': true,
  'datareporting.healthreport.uploadEnabled': false,
  'mail.rights.version': 1,
  'mail.shell.checkDefaultClient': false,
  'mail.spotlight.firstRunDone': true,
  'mail.winsearch.firstRunDone': true,
  // All recipients, not the first and "more".
  'mailnews.headers.show_n_lines_before_more': 0,
  'mailnews.start_page.enabled': false,
  'mailnews.start_page_override.mstone': 'ignore',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'security.OCSP.enabled': 0,
  'services.settings.server': 'data:,',
});

export class Thunderbird {
  private constructor(
    private readonly home: string,
    private readonly process: ChildProcess,
    private readonly marionette: Marionette,
  ) {}

  /** Starts one for a person who sends through a server on this port of loopback. */
  static async start(person: Person, smtpPort: number): Promise<Thunderbird> {
    const home = mkdtempSync(join(tmpdir(), 'thunderbird-'));
    const profile = join(home, 'profile');
    mkdirSync(profile);
    const lines = Object.entries(settings(person, smtpPort)).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
    writeFileSync(join(profile, 'user.js'), lines.join(''));
    const { PATH } = process.env;
    const folders = { HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home };
    const child = spawn(
      'xvfb-run',
      ['-a', 'thunderbird', '--profile', profile, '--no-remote', '-marionette', '-remote-allow-system-access'],
      { env: { PATH, LANG: 'C.UTF-8', ...folders }, stdio: 'ignore', detached: true },
    );
    // Also when the tests are interrupted.
    process.once('exit', () => kill(child));
    try {
      const port = await portIn(join(profile, 'MarionetteActivePort'), child);
      const thunderbird = new Thunderbird(home, child, await Marionette.connect(port));
      await thunderbird.ready();
      return thunderbird;
    } catch (error) {
      kill(child);
      rmSync(home, { recursive: true, force: true });
      throw error;
    }
  }

  async end(): Promise<void> {
    const ended = once(this.process, 'exit');
    const killer = setTimeout(() => kill(this.process), 15_000);
    // Its connection ends before it can answer.
    await this.marionette.command('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => undefined);
    this.marionette.end();
    await ended;
    clearTimeout(killer);
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Its version, such as `153.8.0`. */
  version(): Promise<string> {
    return this.marionette.run(() => Services.appinfo.version);
  }

  /** Waits for the main window with its folder pane. */
  private ready(): Promise<void> {
    return this.marionette.run(async () => {
      const { setTimeout } = ChromeUtils.importESModule('resource://gre/modules/Timer.sys.mjs');
      for (;;) {
        const pane = Services.wm.getMostRecentWindow('mail:3pane')?.document.getElementById('tabmail')?.currentAbout3Pane;
        if (pane?.document.readyState === 'complete' && pane.messageBrowser?.contentDocument?.readyState === 'complete') return;
        await new Promise((wait) => setTimeout(wait, 50));
      }
    });
  }

  /** Imports a PKCS#12 file as its certificate manager does; gives the error code, 0 for success. */
  importPkcs12(path: string, passphrase: string): Promise<number> {
    return this.marionette.run((path: string, passphrase: string) => {
      const file = Components.classes['@mozilla.org/file/local;1'].createInstance(Components.interfaces.nsIFile);
      file.initWithPath(path);
      const database = Components.classes['@mozilla.org/security/x509certdb;1'].getService(Components.interfaces.nsIX509CertDB);
      return database.importPKCS12File(file, passphrase);
    }, path, passphrase);
  }

  /** "Edit Trust" of each root that there is: "This certificate can identify mail users". Gives their names. */
  trustRoots(): Promise<string[]> {
    return this.marionette.run(() => {
      const database = Components.classes['@mozilla.org/security/x509certdb;1'].getService(Components.interfaces.nsIX509CertDB);
      const roots = database.getCerts().filter((each: any) => each.subjectName === each.issuerName && /Sealpost/.test(each.subjectName));
      for (const root of roots) database.setCertTrustFromString(root, ',C,');
      return roots.map((root: any) => root.commonName);
    });
  }

  /** Account Settings > End-To-End Encryption > S/MIME: the person's certificate for signing and for encryption. */
  chooseCertificate(address: string): Promise<void> {
    return this.marionette.run((address: string) => {
      const database = Components.classes['@mozilla.org/security/x509certdb;1'].getService(Components.interfaces.nsIX509CertDB);
      const own = database.getCerts().find((each: any) =>
        each.certType & Components.interfaces.nsIX509Cert.USER_CERT && each.containsEmailAddress(address));
      const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
      const identity = MailServices.accounts.allIdentities[0];
      for (const use of ['signing', 'encryption']) {
        identity.setUnicharAttribute(`${use}_cert_name`, own.displayName);
        identity.setCharAttribute(`${use}_cert_dbkey`, own.dbKey);
      }
      identity.setBoolAttribute('sign_mail', true);
    }, address);
  }

  /** The same page for OpenPGP: imports a secret key without a passphrase, and uses it. */
  chooseSecretKey(armored: string): Promise<void> {
    return this.marionette.run(async (armored: string) => {
      const { RNP } = ChromeUtils.importESModule('chrome://openpgp/content/modules/RNP.sys.mjs');
      const { PgpSqliteDb2 } = ChromeUtils.importESModule('chrome://openpgp/content/modules/sqliteDb.sys.mjs');
      const { EnigmailKeyRing } = ChromeUtils.importESModule('chrome://openpgp/content/modules/keyRing.sys.mjs');
      const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
      const result = await RNP.importSecKeyBlockImpl(null, null, false, armored);
      if (result.exitCode !== 0) throw new Error(`Thunderbird refused the secret key: ${result.errorMsg}`);
      EnigmailKeyRing.clearCache();
      const key = EnigmailKeyRing.getKeyById(result.importedKeys[0]);
      await PgpSqliteDb2.acceptAsPersonalKey(key.fpr);
      const identity = MailServices.accounts.allIdentities[0];
      identity.setUnicharAttribute('openpgp_key_id', key.keyId);
      identity.setBoolAttribute('sign_mail', true);
    }, armored);
  }

  /** Imports a key that is attached to a message, and accepts it ("not verified"). */
  importKey(armored: string): Promise<void> {
    return this.marionette.run(async (armored: string) => {
      const { RNP } = ChromeUtils.importESModule('chrome://openpgp/content/modules/RNP.sys.mjs');
      const { EnigmailKeyRing } = ChromeUtils.importESModule('chrome://openpgp/content/modules/keyRing.sys.mjs');
      const result = await RNP.importPubkeyBlockAutoAcceptImpl(null, armored, 'unverified');
      if (result.exitCode !== 0) throw new Error(`Thunderbird refused a key: ${result.errorMsg}`);
      EnigmailKeyRing.clearCache();
    }, armored);
  }

  /** Accepts the key of a contact, which Thunderbird took from a message by itself, as its key assistant does ("not verified"). */
  acceptKey(address: string): Promise<void> {
    return this.marionette.run(async (address: string) => {
      const { CollectedKeysDB } = ChromeUtils.importESModule('chrome://openpgp/content/modules/CollectedKeysDB.sys.mjs');
      const { RNP } = ChromeUtils.importESModule('chrome://openpgp/content/modules/RNP.sys.mjs');
      const { EnigmailKeyRing } = ChromeUtils.importESModule('chrome://openpgp/content/modules/keyRing.sys.mjs');
      const { EnigmailSingletons } = ChromeUtils.importESModule('chrome://openpgp/content/modules/singletons.sys.mjs');
      const { setTimeout } = ChromeUtils.importESModule('resource://gre/modules/Timer.sys.mjs');
      const database = await CollectedKeysDB.getInstance();
      // They are collected when the message is there and nothing else is to do.
      let collected = [];
      for (let tries = 0; tries < 200 && !collected.length; tries++) {
        collected = await database.findKeysForEmail(address);
        await new Promise((wait) => setTimeout(wait, 50));
      }
      if (collected.length !== 1) throw new Error(`${collected.length} keys were collected for ${address}`);
      const result = await RNP.importPubkeyBlockAutoAcceptImpl(null, collected[0].pubKey, 'unverified');
      if (result.exitCode !== 0) throw new Error(`Thunderbird refused the contact's key: ${result.errorMsg}`);
      EnigmailKeyRing.clearCache();
      // As when it loads the message again.
      EnigmailSingletons.clearLastDecryptedMessage();
    }, address);
  }

  /** Puts a message into Local Folders, as if it had been fetched; gives its URI. */
  receive(raw: Buffer): Promise<string> {
    return this.marionette.run((raw: string) => {
      const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
      const root = MailServices.accounts.localFoldersServer.rootFolder;
      if (!root.containsChildNamed('Received')) root.createSubfolder('Received', null);
      const folder = root.getChildNamed('Received').QueryInterface(Components.interfaces.nsIMsgLocalMailFolder);
      const header = folder.addMessage(raw.replace(/\r\n/g, '\n'));
      return folder.getUriForMsg(header);
    }, `From - Thu Jan  1 00:00:00 1970\r\n${raw.toString('latin1')}`);
  }

  /** Opens a message in the message pane, and reads what it shows. */
  open(uri: string): Promise<Shown> {
    return this.marionette.run(async (uri: string) => {
      const main = Services.wm.getMostRecentWindow('mail:3pane');
      const { setTimeout } = ChromeUtils.importESModule('resource://gre/modules/Timer.sys.mjs');
      const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
      const pane = main.document.getElementById('tabmail').currentAbout3Pane;
      const header = MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri);
      pane.displayFolder(header.folder.URI);
      const message = pane.messageBrowser.contentWindow;
      const loaded = new Promise((done) => message.addEventListener('MsgLoaded', done, { once: true }));
      pane.messagePane.displayMessage(uri);
      await loaded;
      const document = message.document;
      const state = (id: string) => /message-(?:encrypted|signed)-(\w+)\.svg$/.exec(document.getElementById(id).getAttribute('src') ?? '')?.[1] ?? null;
      const people = (name: string) => {
        const box = document.getElementById(`expanded${name}Box`);
        return [...box.querySelectorAll('.recipient-single-line')].map((each: any) => each.textContent.trim()).join(', ');
      };
      const body = () => message.getMessagePaneBrowser().contentDocument?.body;
      const look = () => ({
        subject: document.getElementById('expandedsubjectBox').value.textContent.trim(),
        from: people('from'),
        to: people('to'),
        cc: people('cc'),
        replyTo: people('reply-to'),
        technology: document.getElementById('cryptoBox').getAttribute('tech') ?? '',
        encrypted: state('encryptedHdrIcon'),
        signed: state('signedHdrIcon'),
        text: body()?.innerText ?? '',
        attachments: message.currentAttachments.map((each: any) => each.name),
      });
      // The states of seal and signature come after the text, one by one. Where they never come, the test sees that.
      let last = '';
      for (let tries = 0; tries < 100; tries++) {
        const shown = look();
        const now = JSON.stringify(shown);
        if (shown.encrypted && shown.signed && body()?.offsetHeight && now === last) break;
        last = now;
        await new Promise((wait) => setTimeout(wait, 100));
      }
      return look();
    }, uri);
  }

  /** Answers a message the way that Thunderbird itself suggests; gives that way. */
  answer(uri: string, text: string, to: 'sender' | 'all' = 'sender'): Promise<{ encrypted: boolean; signed: boolean; technology: string; to: string }> {
    return this.marionette.run(async (uri: string, text: string, all: boolean) => {
      const interfaces = Components.interfaces;
      const main = Services.wm.getMostRecentWindow('mail:3pane');
      const { setTimeout } = ChromeUtils.importESModule('resource://gre/modules/Timer.sys.mjs');
      const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
      const pause = (ms: number) => new Promise((wait) => setTimeout(wait, ms));
      const header = MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri);
      const kind = all ? interfaces.nsIMsgCompType.ReplyAll : interfaces.nsIMsgCompType.ReplyToSender;
      MailServices.compose.OpenComposeWindow(null, header, uri, kind, interfaces.nsIMsgCompFormat.Default,
        MailServices.accounts.allIdentities[0], null, main.msgWindow);
      let compose;
      while (!(compose = Services.wm.getMostRecentWindow('msgcompose'))?.composeEditorReady) await pause(50);
      compose.GetCurrentEditor().insertText(text);
      // Whether it can encrypt is found out after the recipients are there.
      for (let tries = 0; tries < 100 && !compose.gSendEncrypted; tries++) await pause(50);
      await pause(500);
      const way = {
        encrypted: compose.gSendEncrypted,
        signed: compose.gSendSigned,
        technology: compose.gSelectedTechnologyIsPGP ? 'OpenPGP' : 'S/MIME',
        to: compose.gMsgCompose.compFields.to,
      };
      let said = '';
      const listen = (dialog: any) => {
        said = dialog.document.getElementById('infoBody')?.textContent ?? 'something';
        dialog.document.querySelector('dialog').acceptDialog();
      };
      Services.obs.addObserver(listen, 'common-dialog-loaded');
      compose.SendMessage();
      for (let tries = 0; tries < 800 && !compose.closed && !said; tries++) await pause(50);
      Services.obs.removeObserver(listen, 'common-dialog-loaded');
      if (!compose.closed) throw new Error(`Thunderbird did not send the answer, and said: ${said}`);
      return way;
    }, uri, text, to === 'all');
  }
}

async function portIn(file: string, child: ChildProcess): Promise<number> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) break;
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text) return Number(text);
    await new Promise((wait) => setTimeout(wait, 100));
  }
  throw new Error('Thunderbird did not start');
}

/** The whole process group: xvfb-run, Xvfb and Thunderbird. */
function kill(child: ChildProcess): void {
  if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
}
