// BouncyCastle as the person's mail client: it has the exported file, and to open mail the root.
//
//   open P12 PASSPHRASE ROOT MESSAGE...      decrypts, verifies up to the root, and writes the signed entity to MESSAGE.entity
//   answer P12 PASSPHRASE CONTACT ENTITY TO  signs and encrypts an entity to the contact in every way of `WAYS`, each to TO/NAME;
//                                            the word WAY in the entity becomes the name, so that no two are equal

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.mail.Session;
import javax.mail.internet.MimeBodyPart;
import javax.mail.internet.MimeMessage;
import javax.mail.internet.MimeMultipart;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientId;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.ZlibCompressor;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.mail.smime.SMIMECompressedGenerator;
import org.bouncycastle.mail.smime.SMIMEEnveloped;
import org.bouncycastle.mail.smime.SMIMEEnvelopedGenerator;
import org.bouncycastle.mail.smime.SMIMESigned;
import org.bouncycastle.mail.smime.SMIMESignedGenerator;
import org.bouncycastle.mail.smime.SMIMEUtil;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;

public final class BouncyCastle {
    /** How an answer is signed. */
    record Signing(String algorithm, boolean detached, boolean attributes, boolean compressed) {}

    /** How it is encrypted; `oaep` is the hash, or null for PKCS#1 v1.5. */
    record Encryption(ASN1ObjectIdentifier cipher, String oaep, boolean byKeyIdentifier) {}

    record Way(String name, Signing signing, Encryption encryption) {}

    static final Signing PLAIN = new Signing("SHA256withRSA", true, true, false);

    static Signing signed(String algorithm) {
        return new Signing(algorithm, true, true, false);
    }

    static Way cipher(String name, ASN1ObjectIdentifier cipher) {
        return new Way(name, PLAIN, new Encryption(cipher, null, false));
    }

    static Way oaep(String name, String hash, ASN1ObjectIdentifier cipher) {
        return new Way(name, PLAIN, new Encryption(cipher, hash, false));
    }

    static Way signing(String name, Signing signing) {
        return new Way(name, signing, new Encryption(CMSAlgorithm.AES256_CBC, null, false));
    }

    static final List<Way> WAYS = List.of(
        cipher("aes-128-cbc", CMSAlgorithm.AES128_CBC),
        cipher("aes-192-cbc", CMSAlgorithm.AES192_CBC),
        cipher("aes-256-cbc", CMSAlgorithm.AES256_CBC),
        cipher("des-ede3-cbc", CMSAlgorithm.DES_EDE3_CBC),
        cipher("aes-128-gcm", CMSAlgorithm.AES128_GCM),
        cipher("aes-192-gcm", CMSAlgorithm.AES192_GCM),
        cipher("aes-256-gcm", CMSAlgorithm.AES256_GCM),
        cipher("aes-256-ccm", CMSAlgorithm.AES256_CCM),
        cipher("camellia-256-cbc", CMSAlgorithm.CAMELLIA256_CBC),
        cipher("cast5-cbc", CMSAlgorithm.CAST5_CBC),
        cipher("seed-cbc", CMSAlgorithm.SEED_CBC),
        oaep("oaep-sha-1", "SHA-1", CMSAlgorithm.AES256_CBC),
        oaep("oaep-sha-256", "SHA-256", CMSAlgorithm.AES256_CBC),
        oaep("oaep-sha-384", "SHA-384", CMSAlgorithm.AES256_CBC),
        oaep("oaep-sha-512", "SHA-512", CMSAlgorithm.AES256_CBC),
        oaep("oaep-sha-256-gcm", "SHA-256", CMSAlgorithm.AES256_GCM),
        new Way("key-identifier", PLAIN, new Encryption(CMSAlgorithm.AES256_CBC, null, true)),
        new Way("key-identifier-gcm", PLAIN, new Encryption(CMSAlgorithm.AES256_GCM, null, true)),
        signing("signed-sha-384", signed("SHA384withRSA")),
        signing("signed-sha-512", signed("SHA512withRSA")),
        signing("signed-pss-sha-256", signed("SHA256withRSAandMGF1")),
        signing("signed-pss-sha-512", signed("SHA512withRSAandMGF1")),
        signing("signed-sha-1", signed("SHA1withRSA")),
        signing("signed-opaque", new Signing("SHA256withRSA", false, true, false)),
        signing("signed-without-attributes", new Signing("SHA256withRSA", true, false, false)),
        signing("compressed-then-signed", new Signing("SHA256withRSA", true, true, true)),
        signing("compressed-then-signed-opaque", new Signing("SHA256withRSA", false, true, true)));

    final PrivateKey key;
    final X509Certificate user;
    final List<X509Certificate> chain = new ArrayList<>();

    BouncyCastle(String p12, String passphrase) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12", "BC");
        try (var file = new FileInputStream(p12)) {
            store.load(file, passphrase.toCharArray());
        }
        String alias = Collections.list(store.aliases()).stream().filter(each -> isKey(store, each)).findFirst().orElseThrow();
        key = (PrivateKey) store.getKey(alias, null);
        for (var certificate : store.getCertificateChain(alias)) chain.add((X509Certificate) certificate);
        user = chain.get(0);
    }

    static boolean isKey(KeyStore store, String alias) {
        try {
            return store.isKeyEntry(alias);
        } catch (java.security.KeyStoreException error) {
            throw new IllegalStateException(error);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        BouncyCastle client = new BouncyCastle(arguments[1], arguments[2]);
        switch (arguments[0]) {
            case "open" -> {
                X509Certificate root = certificate(arguments[3]);
                for (String message : Arrays.copyOfRange(arguments, 4, arguments.length)) client.open(message, root);
            }
            case "answer" -> {
                String entity = Files.readString(Path.of(arguments[4]));
                for (Way way : WAYS) {
                    byte[] named = entity.replace("WAY", way.name()).getBytes(StandardCharsets.UTF_8);
                    MimeBodyPart sealed = client.seal(way, certificate(arguments[3]), new MimeBodyPart(new ByteArrayInputStream(named)));
                    try (OutputStream file = Files.newOutputStream(Path.of(arguments[5], way.name()))) {
                        sealed.writeTo(file);
                    }
                }
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    static X509Certificate certificate(String path) throws Exception {
        try (var file = new FileInputStream(path)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509", "BC").generateCertificate(file);
        }
    }

    /** Decrypts and verifies; fails if anything does not hold. */
    void open(String path, X509Certificate root) throws Exception {
        MimeMessage message;
        try (var file = new FileInputStream(path)) {
            message = new MimeMessage(Session.getInstance(new Properties()), file);
        }
        byte[] inside = message.getContentType().contains("authEnveloped-data") ? decryptAuthenticated(message) : decrypt(message);
        MimeBodyPart part = SMIMEUtil.toMimeBodyPart(inside);
        SMIMESigned signed = new SMIMESigned((MimeMultipart) part.getContent());
        var signers = signed.getSignerInfos().getSigners();
        if (signers.size() != 1) throw new IllegalStateException(signers.size() + " signers");
        SignerInformation signer = signers.iterator().next();
        verify(signed, signer, root, message.getFrom()[0].toString());
        ByteArrayOutputStream entity = new ByteArrayOutputStream();
        signed.getContent().writeTo(entity);
        Files.write(Path.of(path + ".entity"), entity.toByteArray());
    }

    byte[] decrypt(MimeMessage message) throws Exception {
        SMIMEEnveloped enveloped = new SMIMEEnveloped(message);
        RecipientInformation recipient = enveloped.getRecipientInfos().get(new JceKeyTransRecipientId(user));
        return recipient.getContent(new JceKeyTransEnvelopedRecipient(key).setProvider("BC"));
    }

    byte[] decryptAuthenticated(MimeMessage message) throws Exception {
        CMSAuthEnvelopedData enveloped = new CMSAuthEnvelopedData(message.getInputStream());
        RecipientInformation recipient = enveloped.getRecipientInfos().get(new JceKeyTransRecipientId(user));
        return recipient.getContent(new JceKeyTransAuthEnvelopedRecipient(key).setProvider("BC"));
    }

    /** The signature, the signer's way to the root, and that the signer is who From names. */
    static void verify(SMIMESigned signed, SignerInformation signer, X509Certificate root, String from) throws Exception {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Object each : signed.getCertificates().getMatches(null)) {
            certificates.add(new JcaX509CertificateConverter().setProvider("BC").getCertificate((X509CertificateHolder) each));
        }
        @SuppressWarnings("unchecked")
        X509CertificateHolder holder = (X509CertificateHolder) signed.getCertificates().getMatches(signer.getSID()).iterator().next();
        X509Certificate certificate = new JcaX509CertificateConverter().setProvider("BC").getCertificate(holder);
        if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate))) {
            throw new IllegalStateException("the signature does not hold");
        }
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(certificate);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(Set.of(new TrustAnchor(root, null)), target);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(certificates), "BC"));
        parameters.setRevocationEnabled(false);
        CertPathBuilder.getInstance("PKIX", "BC").build(parameters);
        boolean named = certificate.getSubjectAlternativeNames().stream().anyMatch(name -> from.contains("<" + name.get(1) + ">"));
        if (!named) throw new IllegalStateException("the signer is not " + from);
    }

    MimeBodyPart seal(Way way, X509Certificate contact, MimeBodyPart entity) throws Exception {
        MimeBodyPart inside = way.signing().compressed() ? new SMIMECompressedGenerator().generate(entity, new ZlibCompressor()) : entity;
        return encrypt(way.encryption(), contact, sign(way.signing(), inside));
    }

    MimeBodyPart sign(Signing way, MimeBodyPart entity) throws Exception {
        SMIMESignedGenerator generator = new SMIMESignedGenerator();
        JcaSimpleSignerInfoGeneratorBuilder builder = new JcaSimpleSignerInfoGeneratorBuilder().setProvider("BC");
        if (!way.attributes()) builder.setDirectSignature(true);
        SignerInfoGenerator signer = builder.build(way.algorithm(), key, user);
        generator.addSignerInfoGenerator(signer);
        generator.addCertificates(new JcaCertStore(chain));
        if (!way.detached()) return generator.generateEncapsulated(entity);
        return SMIMEUtil.toMimeBodyPart(entity(generator.generate(entity)));
    }

    /** A multipart as the octets of an entity. Only a message sets the fields that its content asks for. */
    static byte[] entity(MimeMultipart content) throws Exception {
        MimeMessage message = new MimeMessage(Session.getInstance(new Properties()));
        message.setContent(content);
        message.saveChanges();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        message.writeTo(bytes, new String[] {"Message-ID", "MIME-Version"});
        return bytes.toByteArray();
    }

    MimeBodyPart encrypt(Encryption way, X509Certificate contact, MimeBodyPart entity) throws Exception {
        JceKeyTransRecipientInfoGenerator recipient = recipient(way, contact);
        OutputEncryptor encryptor = new JceCMSContentEncryptorBuilder(way.cipher()).setProvider("BC").build();
        if (!(encryptor instanceof OutputAEADEncryptor authenticated)) {
            SMIMEEnvelopedGenerator generator = new SMIMEEnvelopedGenerator();
            generator.addRecipientInfoGenerator(recipient);
            return generator.generate(entity, encryptor);
        }
        CMSAuthEnvelopedDataGenerator generator = new CMSAuthEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(recipient);
        byte[] object = generator.generate(new CMSProcessableByteArray(bytes(entity)), authenticated).getEncoded();
        MimeBodyPart part = new MimeBodyPart();
        part.setDataHandler(new javax.activation.DataHandler(new javax.mail.util.ByteArrayDataSource(object, "application/octet-stream")));
        part.setHeader("Content-Type", "application/pkcs7-mime; name=\"smime.p7m\"; smime-type=authEnveloped-data");
        part.setHeader("Content-Transfer-Encoding", "base64");
        return part;
    }

    static JceKeyTransRecipientInfoGenerator recipient(Encryption way, X509Certificate contact) throws Exception {
        byte[] identifier = new JcaX509ExtensionUtils().createSubjectKeyIdentifier(contact.getPublicKey()).getKeyIdentifier();
        if (way.oaep() == null) {
            return way.byKeyIdentifier()
                ? new JceKeyTransRecipientInfoGenerator(identifier, contact.getPublicKey()).setProvider("BC")
                : new JceKeyTransRecipientInfoGenerator(contact).setProvider("BC");
        }
        OAEPParameterSpec parameters = new OAEPParameterSpec(way.oaep(), "MGF1", new MGF1ParameterSpec(way.oaep()), PSource.PSpecified.DEFAULT);
        AlgorithmIdentifier transport = new JcaAlgorithmParametersConverter()
            .getAlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP, parameters);
        return new JceKeyTransRecipientInfoGenerator(contact, transport).setProvider("BC");
    }

    static byte[] bytes(MimeBodyPart part) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        part.writeTo(bytes);
        return bytes.toByteArray();
    }
}
