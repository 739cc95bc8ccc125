import Destinations
import Leads
import Testing

struct AzureOutcomeTests {
    typealias Row = (status: Int, code: String?, outcome: Outcome)

    private static let both: [Row] = [
        (302, nil, .config), (401, nil, .config), (403, nil, .config), (404, nil, .config), (200, nil, .config),
        (403, "AuthenticationFailed", .config), (401, "NoAuthenticationInformation", .config),
        (400, "InvalidAuthenticationInfo", .config), (403, "AuthorizationFailure", .config),
        (403, "AuthorizationPermissionMismatch", .config), (403, "AuthorizationProtocolMismatch", .config),
        (403, "AuthorizationSourceIPMismatch", .config), (403, "AuthorizationResourceTypeMismatch", .config),
        (403, "AuthorizationServiceMismatch", .config), (403, "InsufficientAccountPermissions", .config),
        (403, "KeyBasedAuthenticationNotPermitted", .config), (403, "AccountIsDisabled", .config),
        (400, "AccountRequiresHttps", .config), (400, "InvalidResourceName", .config),
        (400, "InvalidHeaderValue", .config), (400, "MissingRequiredHeader", .config),
        (404, "ResourceNotFound", .config), (503, "ServerBusy", .throttled), (429, nil, .throttled),
        (429, "TooManyRequests", .throttled), (503, nil, .throttled), (408, nil, .retry), (400, nil, .rejected),
        (411, nil, .rejected), (413, "RequestBodyTooLarge", .rejected), (418, nil, .config), (412, nil, .retry),
    ]

    private static let table: [Row] = [
        (204, nil, .delivered), (201, nil, .delivered), (409, "EntityAlreadyExists", .alreadyDelivered),
        (404, "TableNotFound", .config), (409, "TableBeingDeleted", .retry), (400, "PropertyValueTooLarge", .rejected),
        (412, "UpdateConditionNotSatisfied", .retry), (412, "ConditionNotMet", .retry),
        (400, "EntityTooLarge", .rejected), (400, "TooManyProperties", .rejected),
        (400, "PropertyNameInvalid", .rejected), (400, "PropertyNameTooLong", .rejected),
        (400, "OutOfRangeInput", .rejected), (400, "KeyValueTooLarge", .rejected), (400, "InvalidInput", .rejected),
        (400, "InvalidValueType", .rejected), (400, "DuplicatePropertiesSpecified", .rejected),
        (400, "InvalidDuplicateRow", .rejected), (400, "CommandsInBatchActOnDifferentPartitions", .rejected),
        (500, "InternalError", .retry), (500, "OperationTimedOut", .retry), (502, nil, .retry),
    ]

    private static let blob: [Row] = [
        (201, nil, .delivered), (404, "BlobNotFound", .retry), (404, "ContainerNotFound", .config),
        (409, "ContainerBeingDeleted", .retry), (412, "AppendPositionConditionNotMet", .retry),
        (409, "BlockCountExceedsLimit", .retry), (409, "BlobIsSealed", .retry),
        (412, "MaxBlobSizeConditionNotMet", .retry), (409, "InvalidBlobType", .config),
        (409, "BlobImmutableDueToPolicy", .config), (412, "LeaseIdMissing", .retry),
        (500, "InternalError", .ambiguous), (500, "OperationTimedOut", .ambiguous), (502, nil, .ambiguous),
        (409, "SomethingNew", .rejected),
    ]

    @Test(arguments: both + table)
    func `each answer to a write into a table means one thing`(row: Row) {
        #expect(AzureTableOutcome(status: row.status, code: row.code).outcome == row.outcome)
    }

    @Test(arguments: both + blob)
    func `each answer to an append means one thing`(row: Row) {
        #expect(AzureBlobOutcome(status: row.status, code: row.code).outcome == row.outcome)
    }

    @Test(arguments: [
        ("BlobNotFound", AzureBlobOutcome.Remedy.makeBlob), ("ContainerNotFound", .makeContainer),
        ("AppendPositionConditionNotMet", .look), ("BlockCountExceedsLimit", .roll), ("BlobIsSealed", .roll),
        ("MaxBlobSizeConditionNotMet", .roll), ("InvalidBlobType", nil),
    ])
    func `some answers have a remedy`(code: String, remedy: AzureBlobOutcome.Remedy?) {
        #expect(AzureBlobOutcome(status: 409, code: code).remedy == remedy)
    }

    @Test func `reading a blob leaves nothing unknown`() {
        #expect(AzureBlobOutcome(status: 500, code: "InternalError", isAppend: false).outcome == .retry)
        #expect(AzureBlobOutcome(status: 500, code: "OperationTimedOut", isAppend: false).outcome == .retry)
    }

    @Test func `a wait is obeyed where it says something, and a deletion takes 40 seconds`() {
        let wait = 7 * Span.second
        #expect(AzureTableOutcome(status: 503, code: "ServerBusy", retryAfter: wait).retryAfter == wait)
        #expect(AzureTableOutcome(status: 400, code: "InvalidInput", retryAfter: wait).retryAfter == nil)
        #expect(
            AzureTableOutcome(status: 409, code: "TableBeingDeleted", retryAfter: wait).retryAfter == 40 * .second)
        #expect(AzureBlobOutcome(status: 409, code: "ContainerBeingDeleted").retryAfter == 40 * .second)
        #expect(AzureTableOutcome(status: 404, code: "TableNotFound").isTableMissing)
    }
}
