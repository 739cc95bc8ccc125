internal import Azure
package import Leads

/// What the answer to a write means: the one table of kind `azure-table`.
///
/// | answer | outcome |
/// |---|---|
/// | 204, 201; 202 with such a part for each lead | delivered |
/// | 409 EntityAlreadyExists | alreadyDelivered |
/// | 404 TableNotFound | config; with `create-table=true` the table is made and the same sent once more |
/// | 409 TableBeingDeleted | retry, after 40 s at least |
/// | 412 UpdateConditionNotSatisfied, ConditionNotMet | retry: somebody wrote at the same moment |
/// | 400 PropertyValueTooLarge, EntityTooLarge, TooManyProperties | rejected |
/// | 400 PropertyNameInvalid, PropertyNameTooLong, PropertiesNeedValue | rejected |
/// | 400 OutOfRangeInput, KeyValueTooLarge, InvalidInput, InvalidValueType, DuplicatePropertiesSpecified | rejected |
/// | 400 InvalidDuplicateRow, CommandsInBatchActOnDifferentPartitions; 413 RequestBodyTooLarge | rejected |
/// | any other 400, 409, 411, 413 | rejected |
/// | what `StorageTrouble` names | config, throttled, retry |
/// | any other 2xx, and whatever else | config: no table service answers so |
/// | 202 whose parts cannot be read | ambiguous |
///
/// What is rejected in a batch undoes the whole of it: one lead is named by its place, or none; halves may fare better.
package struct AzureTableOutcome: Hashable, Sendable {
    package let outcome: Outcome
    package let retryAfter: Span?
    package let isTableMissing: Bool

    package init(status: Int, code: String?, retryAfter: Span? = nil) {
        outcome = Self.outcome(status, code)
        let wait = StorageTrouble.obeysRetryAfter(outcome) ? retryAfter : nil
        self.retryAfter =
            code == "TableBeingDeleted" ? max(wait ?? StorageTrouble.deletion, StorageTrouble.deletion) : wait
        isTableMissing = code == "TableNotFound"
    }

    private static func outcome(_ status: Int, _ code: String?) -> Outcome {
        switch code {
        case "EntityAlreadyExists": return .alreadyDelivered
        case "TableNotFound": return .config
        case "TableBeingDeleted", "UpdateConditionNotSatisfied", "ConditionNotMet": return .retry
        default: break
        }
        if let common = StorageTrouble.outcome(status: status, code: code) { return common }
        switch status {
        case 201, 204: return .delivered
        case 412: return .retry
        case 400, 409, 411, 413: return .rejected
        default: return .config
        }
    }
}
