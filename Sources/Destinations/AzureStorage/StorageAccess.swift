internal import Azure
internal import Leads
internal import Outbound

/// Where the storage service of a destination is and what opens it: settings and secret put together.
///
/// It holds a secret, which no description of it shows.
struct StorageAccess: Sendable, CustomStringConvertible {
    let use: StorageUse
    let endpoint: EndpointURL
    let credential: StorageCredential
    let scheme: SharedKey.Scheme

    /// - Throws: `SecretError` for a secret that cannot be read or is of another form; it never shows the secret.
    init(_ settings: DestinationSettings, _ use: StorageUse, secrets: SecretReader) throws {
        let service: SharedKey.Service = use == .writeBlob ? .blob : .table
        self.use = use
        scheme = settings.text("scheme") == "shared-key-lite" ? .sharedKeyLite : .sharedKey
        var account = settings.text("account")
        var endpoint = settings.url("base-url")
        if let reference = settings.secrets["connection-string"] {
            let string = try Self.connectionString(reference, service, secrets, account: account)
            account = account ?? string.account
            endpoint = endpoint ?? string.endpoint
            credential = string.credential
        } else if let reference = settings.secrets["sas"] {
            guard let signature = SharedAccessSignature(try secrets.secret(reference)) else {
                throw SecretError(
                    "\(reference) is no shared access signature; copy the token again, whole: it holds sv= and sig=, "
                        + "and no address before it")
            }
            credential = .signature(signature)
        } else if let reference = settings.secrets["account-key"], let account {
            credential = .key(try Self.key(reference, account, secrets))
        } else {
            throw SecretError("nothing opens the account: set account, and account-key, connection-string or sas")
        }
        if endpoint == nil, let account {
            endpoint = try? EndpointURL("https://\(account).\(service.rawValue).core.windows.net")
        }
        guard let endpoint, !endpoint.target.contains("?") else {
            throw SecretError(
                "nothing says where the \(service.rawValue) service is: set account, or base-url without a query")
        }
        guard endpoint.isSecure || settings.allowsPrivate else {
            throw SecretError("the connection string leads to an address without https; allow-private=true permits it")
        }
        self.endpoint = endpoint
    }

    private static func key(
        _ reference: SecretReference, _ account: String, _ secrets: SecretReader
    ) throws -> SharedKey {
        let text = try secrets.secret(reference).trimmed
        if let key = SharedKey(account: account, key: text) { return key }
        let isOther = text.contains("AccountName=") || text.contains("sig=")
        throw SecretError(
            "\(reference) is not the base 64 of a key; "
                + (isOther
                    ? "name a connection string with --secret connection-string, a signature with --secret sas"
                    : "copy key1 or key2 of the account again, whole (portal: Access keys)"))
    }

    private static func connectionString(
        _ reference: SecretReference, _ service: SharedKey.Service, _ secrets: SecretReader, account: String?
    ) throws -> ConnectionString {
        let text = try secrets.secret(reference).trimmed
        let string: ConnectionString
        do {
            string = try ConnectionString(text, service: service)
        } catch {
            throw SecretError("\(reference): \(error)")
        }
        if let account, let other = string.account, other != account {
            throw SecretError(
                "\(reference) is the connection string of another account; leave the setting account out, or use that "
                    + "of \(account)")
        }
        return string
    }

    var description: String { "access to \(endpoint)" }

    /// What can be said against the secret without asking the service; `nil` when nothing.
    /// - Parameters:
    ///   - alternatives: sets of letters, of which the permissions must hold one of each.
    ///   - table: the one that a signature for one table must be for.
    func problem(needs alternatives: [String], table: String?, now: Instant) -> CheckStep? {
        guard case .signature(let signature) = credential else { return nil }
        let mend =
            "make a new one with \(use.permissions) (portal: Shared access signature, or Generate SAS) and put it "
            + "where the secret sas is read from"
        if let endsAt = signature.endsAt, endsAt <= now {
            return CheckStep("credentials", problem: "the shared access signature ended at \(endsAt)", mend: mend)
        }
        if let startsAt = signature.startsAt, startsAt > now {
            return CheckStep(
                "credentials", problem: "the shared access signature is good only from \(startsAt)",
                mend: "wait until then, check the clock of this machine, or make a new one")
        }
        if let only = signature.table, let table, only.lowercased() != table.lowercased() {
            return CheckStep("credentials", problem: "the shared access signature is for another table", mend: mend)
        }
        guard let permissions = signature.permissions else { return nil }
        let missing = alternatives.filter { Set($0).isDisjoint(with: permissions) }
        guard !missing.isEmpty else { return nil }
        let letters = missing.map { $0.map(String.init).joined(separator: " or ") }.joined(separator: ", ")
        return CheckStep(
            "permission", problem: "the shared access signature lacks \(letters) among its permissions (sp)", mend: mend
        )
    }

    /// For people: how long the secret is good.
    func standing(now: Instant) -> String {
        guard case .signature(let signature) = credential else { return "the service accepts the key" }
        guard let endsAt = signature.endsAt else { return "the service accepts the shared access signature" }
        return "the service accepts the shared access signature, which ends at \(endsAt)"
    }
}
