extension KindSpecification {
    /// Azure Table Storage (https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api).
    static let azureTable = KindSpecification(
        says: "Azure Table Storage: each lead is an entity, in batches of up to 100 for each offer",
        settings: storage + [
            .init("create-table", .flag, usual: "false", "makes the table where there is none"),
            .init("table", .name, usual: "leads", "the table, 3 to 63 letters and digits"),
            .init(
                "write", .choice(["merge", "replace"]), usual: "merge",
                "whether properties that others wrote stay, or the whole entity is written anew"),
        ],
        secrets: storageSecrets,
        usual: Usual(pace: 200, parallel: 4, timeout: 30 * .second)
    ) { (reader) throws(DestinationSettingsError) in
        try checkStorage(reader)
        guard AzureTableSettings.isTableName(reader.value("table") ?? "leads") else {
            throw DestinationSettingsError(
                key: "table", problem: "is no name of a table",
                allowed: "3 to 63 of a-z, A-Z and 0-9, beginning with a letter")
        }
    }

    /// Azure Blob Storage (https://learn.microsoft.com/rest/api/storageservices/append-block).
    static let azureBlob = KindSpecification(
        says: "Azure Blob Storage: each action is a line of an append blob, one blob a day",
        settings: storage + [
            .init("container", .text, usual: "leads", "the container"),
            .init("create-container", .flag, usual: "false", "makes the container where there is none"),
            .init("format", .choice(["ndjson", "csv"]), usual: "ndjson", "how a line is written"),
            .init("prefix", .text, usual: "leads/", "what blobs' names begin with; YYYY-MM-DD and an ending follow"),
        ],
        secrets: storageSecrets,
        isMapped: false,
        usual: Usual(pace: 50, parallel: 1, timeout: 60 * .second)
    ) { (reader) throws(DestinationSettingsError) in
        try checkStorage(reader)
        let isContainer = reader.value("container").map { name in
            (3...63).contains(name.utf8.count) && !name.hasPrefix("-") && !name.hasSuffix("-") && !name.contains("--")
                && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        }
        guard isContainer ?? true else {
            throw DestinationSettingsError(
                key: "container", problem: "is no name of a container",
                allowed: "3 to 63 of a-z, 0-9 and '-', none of them doubled")
        }
        // Only names that no client and no proxy spells anew: the path is signed as it stands.
        let isPlain = reader.value("prefix")?.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || [45, 46, 47, 95].contains(byte)
        }
        guard isPlain ?? true, reader.value("prefix")?.hasPrefix("/") != true else {
            throw DestinationSettingsError(
                key: "prefix", problem: "cannot begin the name of a blob",
                allowed: "letters, digits, '-', '_', '.' and '/'")
        }
    }

    private static let storage: [SettingSpecification] = [
        .init("account", .text, "the storage account, where no connection string says it"),
        .init("base-url", .url, "where the service is, in place of https://ACCOUNT.table.core.windows.net or .blob."),
        .init("scheme", .choice(["shared-key", "shared-key-lite"]), usual: "shared-key", "how an account key signs"),
    ]

    private static let storageSecrets: [SecretSpecification] = [
        .init("account-key", "a key of the account; this, sas or connection-string is needed"),
        .init("connection-string", "the account's connection string, whole"),
        .init("sas", "a shared access signature: a table needs permissions a and u, a container r, a, c and w"),
    ]

    private static func checkStorage(_ reader: SettingsReader) throws(DestinationSettingsError) {
        let given = storageSecrets.map(\.key).filter { reader.secrets[$0] != nil }
        guard given.count == 1 else {
            throw DestinationSettingsError(
                key: "account-key",
                problem: given.isEmpty ? "is missing" : "stands beside another secret that opens the account",
                allowed: "one of account-key, connection-string, sas, each with --secret")
        }
        if let account = reader.value("account"), !AzureTableSettings.isAccountName(account) {
            throw DestinationSettingsError(
                key: "account", problem: "is no name of a storage account", allowed: "3 to 24 of a-z and 0-9")
        }
        let needsAccount = given[0] == "account-key" || (given[0] == "sas" && reader.value("base-url") == nil)
        guard !needsAccount || reader.value("account") != nil else {
            throw DestinationSettingsError(
                key: "account", problem: "is missing", allowed: "the name of the storage account")
        }
    }
}
