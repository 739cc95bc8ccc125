/// How the table of an Azure storage account is pulled: the settings of kind `azure-table`.
package struct AzureTableSettings: Hashable, Sendable {
    /// The storage account; `nil` where the connection string or the endpoint says it.
    package let account: String?
    /// The table that the marketplace writes leads into.
    package let table: String
    /// The table service where it is not at `https://ACCOUNT.table.core.windows.net`.
    package let endpoint: EndpointURL?
    /// The offer of rows that name none.
    package let offer: Offer?
    /// How long from one pull to the next. 10 s ... 1 d.
    package let interval: Span
    /// How far each pull looks back behind the one before, for rows that became visible late. 0 s ... 7 d.
    package let overlap: Span
    /// How long one request may take, answer included. 1 s ... 300 s.
    package let timeout: Span
    /// Permits private and loopback addresses, and `http`.
    package let allowsPrivate: Bool
    /// What opens the table, and where it is read from.
    package let secret: Secret
    package let reference: SecretReference

    /// The secrets, one of which is needed.
    package enum Secret: String, CaseIterable, Sendable {
        case accountKey = "account-key"
        case sas
        case connectionString = "connection-string"

        static let list = allCases.map(\.rawValue).joined(separator: ", ")
    }

    static let keys = ["account", "allow-private", "endpoint", "interval", "offer", "overlap", "table", "timeout"]

    /// The table that the marketplace is known to write.
    package static let usualTable = "marketplaceleads"

    /// `nil` when something is wrong, which is then in `problems`.
    init?(
        _ settings: [String: String], secrets: [String: SecretReference], problems: inout SettingsProblems
    ) {
        let before = problems.all.count
        Self.refuseUnknown(settings, &problems)
        let reader = SettingsReader(settings)
        let allowsPrivate = problems.catching { () throws(DestinationSettingsError) in
            try reader.flag("allow-private")
        }
        let interval = problems.catching { () throws(DestinationSettingsError) in
            try reader.span("interval", default: 5 * .minute, in: 10 * .second...Span.day)
        }
        let overlap = problems.catching { () throws(DestinationSettingsError) in
            try reader.span("overlap", default: 15 * .minute, in: 0 * .second...7 * .day)
        }
        let timeout = problems.catching { () throws(DestinationSettingsError) in
            try reader.span("timeout", default: 60 * .second, in: .second...300 * .second)
        }
        var endpoint: EndpointURL?
        if settings["endpoint"] != nil {
            endpoint = Self.endpoint(reader, allowsPlain: allowsPrivate ?? false, &problems)
        }
        let account = Self.account(settings["account"]?.trimmed, &problems)
        let table = settings["table"]?.trimmed ?? Self.usualTable
        if !Self.isTableName(table) {
            problems.add("table", "is no name of a table", "3 to 63 of a-z, A-Z and 0-9, beginning with a letter")
        }
        let offer = settings["offer"].flatMap { Offer($0) }
        if settings["offer"] != nil, offer == nil { problems.add("offer", "is empty", "publisher.offer") }
        let secret = Self.secret(secrets, &problems)
        if let secret, account == nil, settings["account"] == nil {
            if secret == .accountKey || (secret == .sas && endpoint == nil) {
                problems.add("account", "is missing", "the name of the storage account")
            }
        }
        guard problems.all.count == before, let secret, let reference = secrets[secret.rawValue], let allowsPrivate,
            let interval, let overlap, let timeout
        else { return nil }
        self.account = account
        self.table = table
        self.endpoint = endpoint
        self.offer = offer
        self.interval = interval
        self.overlap = overlap
        self.timeout = timeout
        self.allowsPrivate = allowsPrivate
        self.secret = secret
        self.reference = reference
    }

    private static func refuseUnknown(_ settings: [String: String], _ problems: inout SettingsProblems) {
        for key in settings.keys.sorted() where !keys.contains(key) {
            if Secret(rawValue: key) != nil {
                problems.add(
                    key, "is a secret, which a setting would store in the ledger for ever",
                    "--secret \(key)=env:NAME or --secret \(key)=file:PATH")
            } else {
                problems.add(DestinationSettings.shown(key), "is not a setting", keys.joined(separator: ", "))
            }
        }
    }

    private static func endpoint(
        _ reader: SettingsReader, allowsPlain: Bool, _ problems: inout SettingsProblems
    ) -> EndpointURL? {
        let url = problems.catching { () throws(DestinationSettingsError) in
            try reader.endpoint("endpoint", allowsPlain: allowsPlain)
        }
        // A query may be a shared access signature, which belongs among the secrets.
        guard let url, url.target.contains("?") else { return url }
        problems.add("endpoint", "has a query", "https://host or https://host/path; a signature goes to --secret sas")
        return nil
    }

    private static func account(_ text: String?, _ problems: inout SettingsProblems) -> String? {
        guard let text else { return nil }
        let isName = isAccountName(text)
        if !isName { problems.add("account", "is no name of a storage account", "3 to 24 of a-z and 0-9") }
        return isName ? text : nil
    }

    static func isAccountName(_ name: String) -> Bool {
        (3...24).contains(name.utf8.count)
            && name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
    }

    static func isTableName(_ name: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
        guard let first = name.utf8.first, isLetter(first), (3...63).contains(name.utf8.count) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) }
    }

    private static func secret(
        _ secrets: [String: SecretReference], _ problems: inout SettingsProblems
    ) -> Secret? {
        let given = Secret.allCases.filter { secrets[$0.rawValue] != nil }
        if given.count == 1 { return given[0] }
        // A secret that was given and is wrong has been told of already.
        if !given.isEmpty || problems.all.allSatisfy({ Secret(rawValue: $0.key) == nil }) {
            problems.add(
                "secret", given.isEmpty ? "is missing" : "was given more than once",
                "one of \(Secret.list), as env:NAME or file:PATH")
        }
        return nil
    }
}
