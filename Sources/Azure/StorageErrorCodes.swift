/// What the codes of the storage services mean for somebody who reads a table
/// (https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes).
enum StorageErrorCodes {
    struct Meaning {
        let kind: StorageError.Kind
        let problem: String
        let mend: String

        init(_ kind: StorageError.Kind, _ problem: String, _ mend: String) {
            self.kind = kind
            self.problem = problem
            self.mend = mend
        }
    }

    /// The code counts before the status: one status stands for many things.
    static func meaning(of code: String?, status: Int) -> Meaning {
        if let known = code.flatMap({ codes[$0] }) { return known }
        switch status {
        case 429: return busy
        case 408, 500...599: return failing
        case 300...399:
            return Meaning(
                .settings, "the address answers with a redirect", "set endpoint to the table service itself")
        case 401, 403: return authentication
        case 404: return Meaning(.settings, "nothing is at this address", "check account, endpoint and table")
        default:
            return Meaning(
                .settings, "the service refuses the request", "check account, endpoint and table, then the secret")
        }
    }

    static let wrongClock = Meaning(
        .settings, "the clock of this machine and that of the service are more than 14 minutes apart",
        "set this machine's clock, for instance with NTP")

    static let signatureEnded = Meaning(
        .settings, "the shared access signature is not valid now: it has ended, or has not begun",
        "make a new one for this table with permission r and put it where the secret sas is read from")

    private static let authentication = Meaning(
        .settings, "the service does not accept the secret",
        "copy key1 or key2 of this account again (portal: Access keys), and check that account names the same one; "
            + "keys may have been rotated")

    private static let permission = Meaning(
        .settings, "the secret does not permit to read this table",
        "make a shared access signature for this table with permission r, or use the account key")

    private static let network = Meaning(
        .settings, "the account does not let this machine in",
        "permit this machine's address (portal: Networking), and let the secret read this table")

    private static let busy = Meaning(
        .throttled, "the service is busy", "nothing is to be done: it is tried again later")

    private static let failing = Meaning(
        .passing, "the service failed", "nothing is to be done: it is tried again later")

    private static let codes: [String: Meaning] = [
        "AuthenticationFailed": authentication,
        "InvalidAuthenticationInfo": Meaning(
            .settings, "the service cannot read how the request is signed",
            "check that the secret is the whole key or signature, then the clock of this machine"),
        "NoAuthenticationInformation": authentication,
        "AuthorizationFailure": network,
        "AuthorizationPermissionMismatch": permission,
        "AuthorizationResourceTypeMismatch": permission,
        "AuthorizationServiceMismatch": permission,
        "AuthorizationProtocolMismatch": Meaning(
            .settings, "the shared access signature is for https only", "set endpoint to an https address"),
        "AuthorizationSourceIPMismatch": Meaning(
            .settings, "the shared access signature is for other addresses than this machine's",
            "make one that includes this machine's address"),
        "InsufficientAccountPermissions": permission,
        "KeyBasedAuthenticationNotPermitted": Meaning(
            .settings, "the account does not allow keys",
            "permit storage account key access (portal: Configuration), or use a shared access signature that is "
                + "signed otherwise"),
        "AccountIsDisabled": Meaning(
            .settings, "the account is disabled", "check the subscription that the account belongs to"),
        "AccountNotFound": Meaning(.settings, "there is no such account", "check account and endpoint"),
        "TableNotFound": Meaning(
            .settings, "there is no such table",
            "check the setting table; the marketplace makes its table, usually marketplaceleads, with the first lead"),
        "TableBeingDeleted": Meaning(
            .settings, "the table is being deleted", "check who deletes it, and make it again"),
        "ResourceNotFound": Meaning(.settings, "nothing is at this address", "check account, endpoint and table"),
        "InvalidResourceName": Meaning(
            .settings, "the table's name is not allowed", "check the setting table"),
        "AccountRequiresHttps": Meaning(
            .settings, "the account takes https only", "set endpoint to an https address"),
        "InvalidHeaderValue": Meaning(
            .settings, "the service does not know this version of its interface",
            "check that endpoint leads to a table service"),
        "ServerBusy": busy,
        "TooManyRequests": busy,
        "InternalError": failing,
        "OperationTimedOut": Meaning(
            .passing, "the service did not finish in time", "nothing is to be done: it is tried again later"),
    ]
}
