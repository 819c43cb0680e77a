/// Keys and tokens in the formats that their issuers publish, and private keys.
enum SecretRecognizers {
    static let all: [Recognizer] = keys + [
        Recognizer(
            type: "PRIVATE_KEY",
            expression: #"-----BEGIN (?:[A-Z]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"# + privateKeyBody,
            isCaseless: false, leftContextMax: 0, confirm: isPrivateKey, priority: 99
        ).limited(to: privateKeyBodyMax + 59 + 57)
    ]

    /// Base64 lines, headers of encrypted keys, and the END line: an RSA key of 4096 bits has about 3300 bytes.
    private static let privateKeyBodyMax = 3900
    private static let privateKeyBody =
        #"(?:[A-Za-z0-9+\/=\\:,.\s\-]*-----END (?:[A-Z]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----)?"#

    /// The body is not too long: it stands between the five hyphens that end the first line and those that begin the last one.
    @Sendable private static func isPrivateKey(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if match.count <= self.privateKeyBodyMax { return true }
        var (start, end) = (match.lowerBound + 5, match.upperBound - 5)
        while start < end, text[start] != 0x2D { start += 1 }
        while end > start, text[end - 1] != 0x2D { end -= 1 }
        return end - 5 - (start + 5) <= self.privateKeyBodyMax
    }

    /// Issuer's prefix and length. Where the rest may be words, it must look random.
    private static let keys: [Recognizer] = [
        // OpenAI, Anthropic, OpenRouter, DeepSeek and others.
        key(#"sk-[A-Za-z0-9_\-]{20,220}"#, isRandom: true),
        key(#"sk-ant-(?:api|admin|sid|oat)\d\d-[A-Za-z0-9_\-]{20,200}"#),
        // GitHub, GitLab, npm, Docker, Hugging Face, Groq, xAI, Perplexity, Replicate, Databricks, Stripe, Shopify.
        key(prefixes("gh[oprsu]_", "github_pat_", "gl(?:pat|dt|rt|cbt|ptt|soat|ft|imt|agent|oas)-", "npm_", "dckr_[op]at_", "hf_", "api_org_", "gsk_", "xai-",
            "pplx-", "r8_", "dapi", "(?:sk|rk|pk)_(?:live|test|prod)_", "whsec_", "shp(?:at|ca|pa|ss)_") + #"[A-Za-z0-9_\-]{16,255}"#, isRandom: true),
        // Slack, DigitalOcean, Sourcegraph, Notion, Linear, Grafana, New Relic, PlanetScale, Postman, Pulumi, Prefect, RubyGems, Square, Sentry, SonarQube, …
        key(prefixes("xox[abceoprsd]-", "xapp-", "do[opr]_v1_", "sgp_", "ntn_", "lin_(?:api|oauth)_", "gl(?:sa|c)_", "NR(?:AK|JS|II)-", "pscale_(?:tkn|pw|oauth)_",
            "PMAK-", "pul-", "pnu_", "rubygems_", "sq0(?:atp|csp|idp)-", "sntry[us]_", "sq[pua]_", "xkeysib-", "tskey-", "figd_", "nvapi-", "pcsk_", "tvly-",
            "lsv2_(?:pt|sk)_", "sbp_", "sb_secret_", "tgp_v1_", "fo1_", "fm2_", "HRKU-", "CFPAT-", "rdme_", "tfp_", "secret_", "s-s4t2(?:ud|af)-", "EZ[AT]K",
            "GOCSPX-", "hvs\\.", "hvb\\.", "pypi-", "sk_", "key-") + #"[A-Za-z0-9_\-]{16,255}"#, isRandom: true),
        key(#"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"#),  // AWS
        key(#"(?:ABSK|bedrock-api-key-)[A-Za-z0-9+\/=]{60,300}"#),
        key(#"https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9_\/]{20,100}"#),
        key(#"https:\/\/(?:[a-z]{1,10}\.)?discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[A-Za-z0-9_\-]{50,90}"#),
        key(#"[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}"#),  // Discord
        key(#"AIza[A-Za-z0-9_\-]{35}"#),  // Google
        key(#"ya29\.[A-Za-z0-9_\-]{20,250}"#),
        key(#"(?:SK|AC)[0-9a-f]{32}"#),  // Twilio
        key(#"SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{32,64}"#),  // SendGrid
        key(#"[0-9a-f]{32}-us\d{1,2}"#),  // Mailchimp
        key(#"\d{8,10}:AA[A-Za-z0-9_\-]{33}"#),  // Telegram
        key(#"A(?:TA|TC)TT3[A-Za-z0-9_=\-]{60,200}"#),  // Atlassian
        key(#"EAA[A-Za-z0-9]{60,400}"#, isRandom: true),  // Facebook
        key(#"\d{15,16}\|[A-Za-z0-9_\-]{24,40}"#),
        key(#"sha256~[A-Za-z0-9_\-]{43}"#),  // OpenShift
        key(#"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.\-]{40,60}"#),  // Doppler
        key(#"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"#),  // Dynatrace
        key(#"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=\-]{60,70}"#),  // Terraform Cloud
        key(#"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"#),  // Airtable
        key(#"API-[A-Z0-9]{26}"#),  // Octopus
        key(#"AKCp[A-Za-z0-9]{60,75}"#),  // Artifactory
        key(#"AGE-SECRET-KEY-1[A-Z0-9]{58}"#),
        key(#"(?:ops_|sntrys_|glc_|fm2_)?eyJ[A-Za-z0-9+\/_\-]{120,2000}={0,2}"#, isRandom: true),  // JSON in base64: 1Password and others
        key(#"[ps]k\.eyJ[A-Za-z0-9_\-]{20,200}\.[A-Za-z0-9_\-]{16,60}"#),  // Mapbox
        key(#"eyJ[A-Za-z0-9_\-]{8,400}\.[A-Za-z0-9_\-]{8,2000}\.[A-Za-z0-9_\-]{16,700}"#),  // signed JWT (RFC 7519)
        // Azure: client secrets, storage and bus keys in connection strings, signatures of URLs.
        Recognizer(
            type: "API_KEY", expression: #"[A-Za-z0-9_~.\-]{3}\dQ~[A-Za-z0-9_~.\-]{29,36}"#, isCaseless: false, leftContextMax: 1,
            confirm: { text, match, _ in text.before(match).map { !isAzureByte($0) } ?? true }, priority: 92
        ).refusing(isAzureByte),
        key(#"(?:AccountKey|SharedAccessKey|SharedSecret)=[A-Za-z0-9+\/]{40,90}={0,2}"#),
        key(#"sig=[A-Za-z0-9%]{40,100}"#),
    ]

    private static func prefixes(_ names: String...) -> String { "(?:" + names.joined(separator: "|") + ")" }

    @Sendable private static func isAzureByte(_ byte: UInt8) -> Bool {
        Byte.isAlphanumeric(byte) || byte == 0x5F || byte == 0x7E || byte == 0x2D
    }

    private static func key(_ expression: String, isRandom: Bool = false) -> Recognizer {
        Recognizer(
            type: "API_KEY", expression: #"\b"# + expression, isCaseless: false, leftContextMax: 1,
            confirm: { text, match, next in
                // The longest match ends where the key ends.
                if let next, Byte.isAlphanumeric(next) || next == 0x5F { return false }
                return !isRandom || SecretShape(text, match).isRandom
            }, priority: 92
        ).refusing { Byte.isAlphanumeric($0) || $0 == 0x5F }
    }
}
