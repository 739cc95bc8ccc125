/// What the codes of the storage services mean for somebody who uses a table or a container
/// (https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes and …/blob-service-error-codes).
struct StorageErrorCodes {
    private let use: StorageUse

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

    init(_ use: StorageUse) { self.use = use }

    /// The code counts before the status: one status stands for many things.
    func meaning(of code: String?, status: Int) -> Meaning {
        if let known = code.flatMap({ access($0) ?? address($0) ?? place($0) ?? service($0) }) { return known }
        switch status {
        case 429: return Self.busy
        case 408, 500...599: return Self.failing
        case 300...399:
            return Meaning(
                .settings, "the address answers with a redirect",
                "set \(use.addressSetting) to the \(use.service) itself")
        case 401, 403: return authentication
        case 404: return nothingHere
        default:
            return Meaning(
                .settings, "the service refuses the request",
                "check account, \(use.addressSetting) and \(use.place), then the secret")
        }
    }

    static let wrongClock = Meaning(
        .settings, "the clock of this machine and that of the service are more than 14 minutes apart",
        "set this machine's clock, for instance with NTP")

    var signatureEnded: Meaning {
        Meaning(
            .settings, "the shared access signature is not valid now: it has ended, or has not begun",
            "make a new one for this \(use.place) with \(use.permissions) and put it where the secret sas is read from")
    }

    private var authentication: Meaning {
        Meaning(
            .settings, "the service does not accept the secret",
            "copy key1 or key2 of this account again (portal: Access keys), and check that account names the same one; "
                + "keys may have been rotated")
    }

    private var nothingHere: Meaning {
        Meaning(
            .settings, "nothing is at this address", "check account, \(use.addressSetting) and \(use.place)")
    }

    private static let busy = Meaning(
        .throttled, "the service is busy", "nothing is to be done: it is tried again later")

    private static let failing = Meaning(
        .passing, "the service failed", "nothing is to be done: it is tried again later")

    /// Codes about the secret and what it permits.
    private func access(_ code: String) -> Meaning? {
        switch code {
        case "AuthenticationFailed", "NoAuthenticationInformation": authentication
        case "InvalidAuthenticationInfo":
            Meaning(
                .settings, "the service cannot read how the request is signed",
                "check that the secret is the whole key or signature, then the clock of this machine")
        case "AuthorizationFailure":
            Meaning(
                .settings, "the account does not let this machine in",
                "permit this machine's address (portal: Networking), and let the secret \(use.deed)")
        case "AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch", "AuthorizationServiceMismatch",
            "InsufficientAccountPermissions":
            Meaning(
                .settings, "the secret does not permit to \(use.deed)",
                "make a shared access signature for this \(use.place) with \(use.permissions), or use the account key")
        case "AuthorizationProtocolMismatch":
            Meaning(
                .settings, "the shared access signature is for https only",
                "set \(use.addressSetting) to an https address")
        case "AuthorizationSourceIPMismatch":
            Meaning(
                .settings, "the shared access signature is for other addresses than this machine's",
                "make one that includes this machine's address")
        case "KeyBasedAuthenticationNotPermitted":
            Meaning(
                .settings, "the account does not allow keys",
                "permit storage account key access (portal: Configuration), or use a shared access signature that is "
                    + "signed otherwise")
        default: nil
        }
    }

    /// Codes about the account and the way to it.
    private func address(_ code: String) -> Meaning? {
        switch code {
        case "AccountIsDisabled":
            Meaning(.settings, "the account is disabled", "check the subscription that the account belongs to")
        case "AccountNotFound":
            Meaning(.settings, "there is no such account", "check account and \(use.addressSetting)")
        case "ResourceNotFound": nothingHere
        case "InvalidResourceName":
            Meaning(.settings, "the \(use.place)'s name is not allowed", "check the setting \(use.place)")
        case "AccountRequiresHttps":
            Meaning(.settings, "the account takes https only", "set \(use.addressSetting) to an https address")
        case "InvalidHeaderValue":
            Meaning(
                .settings, "the service does not know this version of its interface",
                "check that \(use.addressSetting) leads to a \(use.service)")
        default: nil
        }
    }

    /// Codes about the table, the container and what is in it.
    private func place(_ code: String) -> Meaning? {
        switch code {
        case "TableNotFound" where use == .readTable:
            Meaning(
                .settings, "there is no such table",
                "check the setting table; the marketplace makes its table, usually marketplaceleads, with the first "
                    + "lead"
            )
        case "TableNotFound", "ContainerNotFound":
            Meaning(
                .settings, "there is no such \(use.place)",
                "check the setting \(use.place), make it in the portal, or let leadledger make it with "
                    + "create-\(use.place)=true")
        case "TableBeingDeleted", "ContainerBeingDeleted":
            Meaning(
                use == .readTable ? .settings : .passing, "the \(use.place) is being deleted",
                "check who deletes it, and make it again")
        case "InvalidBlobType":
            Meaning(
                .settings, "a blob of another type has the name of the day's blob",
                "move that blob away, or set another prefix")
        case "BlobImmutableDueToPolicy":
            Meaning(
                .settings, "the container's policy keeps blobs as they are",
                "permit protected append writes in the policy (portal: the container, Access policy)")
        default: nil
        }
    }

    /// Codes about how the service fares.
    private func service(_ code: String) -> Meaning? {
        switch code {
        case "ServerBusy", "TooManyRequests": Self.busy
        case "InternalError": Self.failing
        case "OperationTimedOut":
            Meaning(
                .passing, "the service did not finish in time", "nothing is to be done: it is tried again later")
        default: nil
        }
    }
}
