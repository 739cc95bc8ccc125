extension KindSpecification {
    /// Adobe Marketo Engage, by its REST API
    /// (https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/rest-api).
    ///
    /// An instance takes 100 calls in 20 s and 10 at once from all integrations together; half of that is left to them.
    static let marketo = KindSpecification(
        says: "Marketo Engage: each lead is a person, by syncing leads, submitting a form, or pushing to a program",
        settings: [
            .init("base-url", .url, "where the instance is, in place of https://SERVER-ID.mktorest.com"),
            .init("client-id", .text, isRequired: true, "the client id of the LaunchPoint service"),
            .init(
                "form-id", .whole(1...2_147_483_647), "the form that through=form submits",
                mistake: { isMunchkin($0) ? "is a Munchkin account id: server-id and form-id look swapped" : nil }),
            .init("lookup-field", .name, usual: "email", "the field by which through=leads and push know a person"),
            .init("partition", .text, "the lead partition, where there are several"),
            .init("program", .text, "the program that through=push adds people to"),
            .init("server-id", .text, "the Munchkin account id, such as 123-ABC-456"),
            .init(
                "through", .choice(["leads", "form", "push"]), usual: "leads",
                "leads syncs up to 300 at once; form submits a form for each, which triggers can listen to; "
                    + "push adds to a program"),
        ],
        secrets: [.init("client-secret", isRequired: true, "the client secret of the LaunchPoint service")],
        usual: Usual(pace: 2.25, parallel: 4, timeout: 100 * .second)
    ) { (reader) throws(DestinationSettingsError) in
        try checkMarketo(reader)
    }

    private static func checkMarketo(_ reader: SettingsReader) throws(DestinationSettingsError) {
        let form = reader.value("form-id")
        if let server = reader.value("server-id") {
            let isNumber = server.utf8.allSatisfy { (48...57).contains($0) }
            guard !isNumber else {
                throw DestinationSettingsError(
                    key: "server-id", problem: "is a number, as a form id is: server-id and form-id look swapped",
                    allowed: "a Munchkin account id, such as 123-ABC-456")
            }
            guard isMunchkin(server) else {
                throw DestinationSettingsError(
                    key: "server-id", problem: "is no Munchkin account id",
                    allowed: "three digits, three letters, three digits, such as 123-ABC-456")
            }
        } else if reader.value("base-url") == nil {
            throw DestinationSettingsError(
                key: "server-id", problem: "is missing", allowed: "a Munchkin account id, such as 123-ABC-456")
        }
        if reader.value("through") == "form", form == nil {
            throw DestinationSettingsError(
                key: "form-id", problem: "is missing, and through=form needs it", allowed: "the number of the form")
        }
        if reader.value("through") == "push", reader.value("program") == nil {
            throw DestinationSettingsError(
                key: "program", problem: "is missing, and through=push needs it", allowed: "the name of a program")
        }
    }

    /// Whether a text has the form of a Munchkin account id.
    package static func isMunchkin(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { $0.utf8.count == 3 }
            && parts[1].utf8.allSatisfy { (65...90).contains($0 & 0xdf) }
            && (parts[0] + parts[2]).utf8.allSatisfy { (48...57).contains($0) }
    }
}
