internal import Azure
package import Leads

/// What the answer to an append means: the one table of kind `azure-blob`.
///
/// | answer | outcome |
/// |---|---|
/// | 201 | delivered |
/// | 404 BlobNotFound | the blob is made, and the same sent again |
/// | 404 ContainerNotFound | config; with `create-container=true` it is made, and the same sent again |
/// | 409 ContainerBeingDeleted | retry, after 40 s at least |
/// | 412 AppendPositionConditionNotMet | what was added meanwhile is looked through: lines that are there are |
/// | | alreadyDelivered, the others are sent again at the new end |
/// | 409 BlockCountExceedsLimit, BlobIsSealed; 412 MaxBlobSizeConditionNotMet | the day's next blob is used |
/// | 409 InvalidBlobType, BlobImmutableDueToPolicy | config |
/// | 413 RequestBodyTooLarge; any other 400, 409, 411 | rejected, halves of a batch may fare better |
/// | 412 LeaseIdMissing and any other 412 | retry |
/// | 500 InternalError, OperationTimedOut, any other 5xx but 503 | ambiguous: the block may be there |
/// | what `StorageTrouble` names otherwise | config, throttled, retry |
/// | any other 2xx, and whatever else | config: no blob service answers so |
package struct AzureBlobOutcome: Hashable, Sendable {
    /// Where `remedy` is closed, or of no help.
    package let outcome: Outcome
    package let remedy: Remedy?
    package let retryAfter: Span?

    /// What the adapter does about it at once.
    package enum Remedy: Hashable, Sendable {
        case makeBlob, makeContainer, look, roll
    }

    /// - Parameter isAppend: whether bytes may have been added; an answer to any other request tells nothing of a lead.
    package init(status: Int, code: String?, retryAfter: Span? = nil, isAppend: Bool = true) {
        remedy = Self.remedy(status, code)
        outcome = Self.outcome(status, code, isAppend)
        let wait = StorageTrouble.obeysRetryAfter(outcome) ? retryAfter : nil
        self.retryAfter =
            code == "ContainerBeingDeleted" ? max(wait ?? StorageTrouble.deletion, StorageTrouble.deletion) : wait
    }

    private static func remedy(_ status: Int, _ code: String?) -> Remedy? {
        switch code {
        case "BlobNotFound": .makeBlob
        case "ContainerNotFound": .makeContainer
        case "AppendPositionConditionNotMet": .look
        case "BlockCountExceedsLimit", "BlobIsSealed", "MaxBlobSizeConditionNotMet": .roll
        default: nil
        }
    }

    private static func outcome(_ status: Int, _ code: String?, _ isAppend: Bool) -> Outcome {
        switch code {
        case "BlobNotFound", "BlobAlreadyExists", "ContainerBeingDeleted", "AppendPositionConditionNotMet",
            "BlockCountExceedsLimit", "BlobIsSealed", "MaxBlobSizeConditionNotMet":
            return .retry
        case "ContainerNotFound", "InvalidBlobType", "BlobImmutableDueToPolicy": return .config
        default: break
        }
        if let common = StorageTrouble.outcome(status: status, code: code) {
            let isUnknown = common == .retry && status >= 500 && status != 503 || code == "OperationTimedOut"
            return isUnknown && isAppend ? .ambiguous : common
        }
        switch status {
        case 201: return .delivered
        case 412, 416: return .retry
        case 400, 409, 411, 413: return .rejected
        default: return .config
        }
    }
}
