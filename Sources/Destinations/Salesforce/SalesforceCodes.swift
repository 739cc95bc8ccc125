internal import Leads

extension SalesforceOutcome {
    private static let passing: Set = [
        "UNABLE_TO_LOCK_ROW", "UNKNOWN_EXCEPTION", "APEX_ERROR", "SERVER_UNAVAILABLE", "REQUEST_RUNNING_TOO_LONG",
    ]
    private static let refusing: Set = [
        "REQUIRED_FIELD_MISSING", "STRING_TOO_LONG", "INVALID_EMAIL_ADDRESS", "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "FIELD_INTEGRITY_EXCEPTION", "FIELD_FILTER_VALIDATION_EXCEPTION", "NUMBER_OUTSIDE_VALID_RANGE",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    ]

    /// What a code says; `nil` for a code that is not in the table.
    static func byCode(_ error: SalesforceError, _ context: Context) -> SalesforceOutcome? {
        let text = error.text
        switch error.code {
        case "INVALID_SESSION_ID", "INVALID_AUTH_HEADER":
            return SalesforceOutcome(.authRefresh, text, mend: SalesforceMend.session)
        case "REQUEST_LIMIT_EXCEEDED":
            let isConcurrent = error.message.lowercased().contains("concurrent")
            return SalesforceOutcome(.throttled, text, retryAfter: isConcurrent ? 10 * .second : 15 * .minute)
        case _ where passing.contains(error.code): return SalesforceOutcome(.retry, text)
        case "DUPLICATE_VALUE":
            let isKey = error.duplicateField.map { $0.lowercased() == context.externalID.lowercased() } ?? true
            return isKey
                ? SalesforceOutcome(.retry, text)
                : SalesforceOutcome(.rejected, text, mend: "another record has the same in a unique field")
        case "CANNOT_UPDATE_CONVERTED_LEAD":
            return SalesforceOutcome(.alreadyDelivered, "\(error.code): the lead was converted and stays as it is")
        case "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": return withinTrigger(error)
        case "DUPLICATES_DETECTED": return duplicate(error, context)
        case "DUPLICATE_EXTERNAL_ID": return SalesforceOutcome(.rejected, text, mend: SalesforceMend.unique)
        case _ where refusing.contains(error.code):
            return SalesforceOutcome(.rejected, text, mend: SalesforceMend.refused(error))
        default:
            return SalesforceMend.setup(error, externalID: context.externalID)
                .map { SalesforceOutcome(.config, text, mend: $0) }
        }
    }

    /// A trigger failed: what it ran into stands in its message, and may pass.
    private static func withinTrigger(_ error: SalesforceError) -> SalesforceOutcome {
        if passing.contains(where: error.message.contains) { return SalesforceOutcome(.retry, error.text) }
        if error.message.contains("CANNOT_UPDATE_CONVERTED_LEAD") {
            return SalesforceOutcome(
                .alreadyDelivered,
                "\(error.code), CANNOT_UPDATE_CONVERTED_LEAD: the lead was converted and stays as it is")
        }
        // A trigger sees a whole batch at once, and refuses all of it for one lead.
        return SalesforceOutcome(
            .rejected, error.text,
            mend: "a trigger or flow of the org refused it; its owner can see why in the debug log",
            isDivisible: true)
    }

    private static func duplicate(_ error: SalesforceError, _ context: Context) -> SalesforceOutcome {
        var text = error.text
        if let found = error.duplicate, SalesforceID.isID(found) {
            text = "\(error.code) of \(found): \(error.message)"
        }
        let isBlocked = error.isSavable == false || context.savesDuplicates
        return SalesforceOutcome(
            .rejected, text,
            mend: isBlocked
                ? "the duplicate rule blocks: set its action on create and edit to Allow (Setup, Duplicate Rules)"
                    + (context.savesDuplicates ? "" : " and --set duplicates=allow")
                : "--set duplicates=allow saves it all the same; else merge the leads in Salesforce")
    }
}

/// What a person can do about what Salesforce says.
enum SalesforceMend {
    static let session = "the session was refused twice: check that the user is active and may use the API"
    static let url = "check that url is My Domain (Setup, My Domain), and that this machine may reach it"
    static let address = "check that url is My Domain (Setup, My Domain), and api-version"
    static let unique =
        "delete or merge all but one of them, and tick Unique on the external id field (Setup, Object Manager, Lead)"
    static let access =
        "give the user a permission set with Read, Create and Edit on Lead and Edit on each mapped field"

    /// How to make the field that takes `lead_…`.
    static func makeField(_ name: String) -> String {
        "Setup, Object Manager, Lead, Fields & Relationships, New: Text, length 32, field name "
            + "\(name.replacing("__c", with: "")), tick Unique and External ID; or name another: --set external-id=NAME"
    }

    static func refused(_ error: SalesforceError) -> String? {
        switch error.code {
        case "FIELD_INTEGRITY_EXCEPTION" where error.fields.contains("Country"):
            "where State and Country/Territory Picklists are on: --set map.country=CountryCode"
        case "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST":
            "add the value to the picklist, or untick that it is restricted (Setup, Object Manager, Lead)"
        case "REQUIRED_FIELD_MISSING": "map something to it, or set default.FIELD or constant.FIELD"
        default: nil
        }
    }

    /// How to mend a setup that is wrong; `nil` where the code says nothing of the kind.
    static func setup(_ error: SalesforceError, externalID: String) -> String? {
        switch error.code {
        case "NOT_FOUND" where !error.message.lowercased().contains("external id"):
            "check url and api-version, and that the user sees Lead and its field \(externalID)"
        case "NOT_FOUND",
            "INVALID_FIELD" where error.message.contains("does not match an External ID"):
            "the field \(externalID) is missing, is not ticked External ID, or the user may not see it: "
                + makeField(externalID)
        case "INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE":
            "the field does not exist, or the user may not edit it: field-level security in a permission set, "
                + "or map.… to another; `destination check` names each field"
        case "INVALID_TYPE": access
        case "JSON_PARSER_ERROR", "INVALID_TYPE_ON_FIELD_IN_RECORD":
            "a mapped field is of another type: check map.… and constant.…"
        case "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": access
        case "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED":
            "the API is not on for this org or user: tick API Enabled in a permission set; editions below Enterprise "
                + "have no API"
        case "MALFORMED_ID", "INVALID_CROSS_REFERENCE_KEY":
            "an id that is set is none of this org: check assign and constant.…"
        case "METHOD_NOT_ALLOWED", "UNSUPPORTED_API_VERSION", "INVALID_REST_API_VERSION": address
        default: nil
        }
    }
}
