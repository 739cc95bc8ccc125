import Leads
import Testing

/// What people are told who set a destination up wrongly: which key, what is wrong with it, what is allowed.
struct KindSettingsTests {
    /// One mistake: what is given beside settings that are right, and how the error begins.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let kind: String
        var set: [String] = []
        var secret: [String] = []
        /// Settings and secrets that are right and left out here.
        var without: [String] = []
        let error: String

        var testDescription: String { "\(kind) \(set) \(secret) without \(without)" }

        init(
            _ kind: String, _ set: [String] = [], secret: [String] = [], without: [String] = [], _ error: String
        ) {
            (self.kind, self.set, self.secret, self.without, self.error) = (kind, set, secret, without, error)
        }
    }

    /// Settings of each kind that are right.
    private static let right: [String: (set: [String], secret: [String])] = [
        "dynamics": (["url=https://contoso.crm.dynamics.com", "tenant=t", "client-id=c"], ["client-secret=env:A"]),
        "marketo": (["server-id=123-ABC-456", "client-id=c"], ["client-secret=env:A"]),
        "salesforce": (["url=https://contoso.my.salesforce.com", "client-id=c"], ["client-secret=env:A"]),
        "salesforce-web": (["organization=00DA0000006Vm9r"], []),
        "azure-table": (["account=acc"], ["account-key=env:A"]),
        "azure-blob": (["account=acc"], ["account-key=env:A"]),
        "https": (["url=https://example.com"], []),
        "hubspot": ([], ["access-token=env:A"]),
    ]

    private static func key(_ text: String) -> String { String(text.prefix { $0 != "=" }) }

    /// The right settings, in which each of `given` takes the place of the one of its key.
    private static func merged(_ right: [String], _ given: [String], without: [String]) -> [String] {
        let replaced = without + given.map(key)
        return right.filter { !replaced.contains(key($0)) } + given
    }

    private static let secret = "s3cret-VALUE-Abc123"

    static let mistakes: [Mistake] = [
        .init("fax", [], "kind is not known; allowed: dynamics, marketo"),
        .init("dynamics", without: ["url"], "url is missing; allowed: https://host"),
        .init("dynamics", without: ["tenant"], "tenant is missing; allowed: a text"),
        .init("dynamics", without: ["client-id"], "client-id is missing; allowed: a text"),
        .init(
            "dynamics", without: ["client-secret"], "client-secret is missing, and dynamics needs it; allowed: --sec"),
        .init("dynamics", ["url=contoso.crm.dynamics.com"], "url does not begin with https://; allowed: https://host"),
        .init("dynamics", ["url="], "url is empty; allowed: https://host"),
        .init("dynamics", ["client-id="], "client-id is empty; allowed: a text"),
        .init("dynamics", ["tenant=a/b"], "tenant has characters that it never has; allowed: letters"),
        .init("dynamics", ["existing=overwrite"], "existing is none of the choices; allowed: update, keep"),
        .init("dynamics", ["external-id=a b"], "external-id has a character that it never has; allowed: letters"),
        .init("dynamics", ["client-secret=\(secret)"], "client-secret is a secret, which a setting would store"),
        .init("dynamics", secret: ["client-secret=\(secret)"], "client-secret says neither which variable nor which"),
        .init(
            "dynamics", ["lookup-field=x"], "lookup-field is not a setting of this kind; allowed: allow-private, cli"),
        .init("marketo", without: ["server-id"], "server-id is missing; allowed: a Munchkin account id"),
        .init(
            "marketo", ["server-id=1029"], "server-id is a number, as a form id is: server-id and form-id look"),
        .init(
            "marketo", ["server-id=1029", "form-id=123-ABC-456"], "form-id is a Munchkin account id: server-id and f"),
        .init("marketo", ["server-id=https://x.mktorest.com"], "server-id is no Munchkin account id; allowed: three"),
        .init("marketo", ["form-id=12x"], "form-id is no whole number in range; allowed: 1 to 2147483647"),
        .init("marketo", ["through=form"], "form-id is missing, and through=form needs it; allowed: the number"),
        .init("marketo", ["through=push"], "program is missing, and through=push needs it; allowed: the name"),
        .init(
            "salesforce", ["url=http://contoso.my.salesforce.com"], "url is not encrypted; allowed: https://host/path"),
        .init(
            "salesforce", without: ["client-secret"], "client-secret is missing, and auth=client-credentials needs it"),
        .init(
            "salesforce", ["auth=jwt"], "private-key is missing, and auth=jwt needs it; allowed: --secret priv"),
        .init("salesforce", ["auth=jwt"], secret: ["private-key=env:A"], "username is missing, and auth=jwt needs it"),
        .init("salesforce", ["assign=yes"], "assign is no id of an assignment rule; allowed: true, false, or"),
        .init("salesforce", ["api-version=v62"], "api-version is no number in range; allowed: 46"),
        .init("salesforce-web", without: ["organization"], "organization is missing; allowed: letters"),
        .init("salesforce-web", ["organization=123"], "organization is no organization id; allowed: 15 or 18"),
        .init("salesforce-web", secret: ["token=env:A"], "token is not a secret of this kind; allowed: no secret, for"),
        .init("azure-table", secret: ["sas=env:B"], "account-key stands beside another secret that opens the account"),
        .init("azure-table", without: ["account-key"], "account-key is missing; allowed: one of account-key, conn"),
        .init("azure-table", without: ["account"], "account is missing; allowed: the name of the storage account"),
        .init("azure-table", ["account=Acc_1"], "account is no name of a storage account; allowed: 3 to 24"),
        .init("azure-table", ["table=1x"], "table is no name of a table; allowed: 3 to 63"),
        .init("azure-blob", ["container=My_Leads"], "container is no name of a container; allowed: 3 to 63"),
        .init("azure-blob", ["prefix=/x y"], "prefix cannot begin the name of a blob; allowed: letters"),
        .init("hubspot", without: ["access-token"], "access-token is missing, and hubspot needs it; allowed: --secret"),
        .init(
            "hubspot", ["access-token=\(secret)"], "access-token is a secret, which a setting would store in the led"),
        .init("hubspot", secret: ["token=env:A"], "token is not a secret of this kind; allowed: access-token"),
        .init("hubspot", ["dnc=flag"], "dnc can be flag only with a property that says so; allowed: map.doNotContact="),
        .init("hubspot", ["base-url="], "base-url is empty; allowed: https://host"),
        .init("hubspot", ["map.mail=x"], "map.mail names something that is not known of a lead; allowed: email, first"),
        .init(
            "hubspot", ["default.mail=x"], "default.mail names something that is not known of a lead; allowed: email"),
        .init("hubspot", ["map.\(secret)=x"], "map names something that is not known of a lead; allowed: email"),
        .init("hubspot", ["map.email=a b"], "map.email names no field of the destination; allowed: letters"),
        .init("hubspot", ["map.email=a,A"], "map.email names a field of the destination twice; allowed: each field"),
        .init("hubspot", ["constant.=y"], "constant names no field of the destination; allowed: constant.FIELD=value"),
        .init("hubspot", ["constant.x=number:1.5"], "constant.x is no whole number; allowed: number:8"),
        .init("hubspot", ["constant.x=boolean:yes"], "constant.x is neither true nor false; allowed: boolean:true"),
        .init("hubspot", ["parallel=100"], "parallel is no whole number in range; allowed: 1 to 64"),
        .init("hubspot", ["timeout=5"], "timeout is no length of time in range; allowed: 1s to 10m"),
        .init("https", ["map.email=a"], "map.… is not a setting of this kind; allowed: allow-private, countries"),
        .init("https", ["\(secret)=a"], "a key is not a setting of this kind; allowed: allow-private, countries"),
        .init("https", [secret], "--set needs a key and a value; allowed: key=value"),
        .init("https", secret: [secret], "--secret needs a key and a value; allowed: key=value"),
        .init("https", ["url=https://user:\(secret)@example.com"], "url holds a user name or password; allowed: https"),
    ]

    @Test(arguments: mistakes)
    func `an error says which key, what is wrong and what is allowed, and repeats no secret`(mistake: Mistake) throws {
        let right = Self.right[mistake.kind] ?? ([], [])
        let error = #expect(throws: DestinationSettingsError.self) {
            try DestinationSettings(
                name: "crm", kind: mistake.kind, set: Self.merged(right.set, mistake.set, without: mistake.without),
                secret: Self.merged(right.secret, mistake.secret, without: mistake.without))
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix(mistake.error), "\(text)")
        #expect(error?.allowed.isEmpty == false && !text.contains(Self.secret))
    }

    @Test(arguments: DestinationKind.allCases)
    func `settings that are right are taken`(kind: DestinationKind) throws {
        let right = try #require(Self.right[kind.rawValue])
        #expect(throws: Never.self) {
            try DestinationSettings(name: "crm", kind: kind.rawValue, set: right.set, secret: right.secret)
        }
    }
}
