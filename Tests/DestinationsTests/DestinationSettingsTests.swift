import Leads
import Testing
import Views

struct DestinationSettingsTests {
    private let url = "url=https://example.com/hook?k=1"

    private func fault(_ set: [String], secret: [String] = []) -> String? {
        do {
            _ = try Samples.settings(set, secret: secret)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `what is left out has its default`() throws {
        let settings = try Samples.settings([url])
        #expect(HTTPSSettings(settings).format == .marketplace)
        #expect(HTTPSSettings(settings).mode == .state)
        #expect(!settings.allowsPrivate)
        #expect(settings.timeout == 15 * .second)
        #expect(settings.pace == 1_000)
        #expect(settings.forbidden == .suppress)
        #expect(settings.filter == DestinationFilter())
        #expect(HTTPSSettings(settings).url.description == "https://example.com/hook?k=1")
    }

    @Test func `every setting is read`() throws {
        let settings = try Samples.settings([
            "url=http://[::1]:8080", "allow-private=true", "format=cloudevents", "mode=every-action", "timeout=2m",
            "pace=0.5", "dnc=flag", "offers=a.b, contoso.*", "stages=trial,active", "countries=NL,de",
            "since=2026-01-01T00:00:00Z",
        ])
        #expect(HTTPSSettings(settings).url.host == "::1")
        #expect(HTTPSSettings(settings).url.description == "http://[::1]:8080/")
        #expect(HTTPSSettings(settings).format == .cloudevents)
        #expect(HTTPSSettings(settings).mode == .everyAction)
        #expect(settings.timeout == 120 * .second)
        #expect(settings.pace == 0.5)
        #expect(settings.forbidden == .flag)
        #expect(
            settings.filter
                == DestinationFilter(
                    offers: ["a.b", "contoso.*"], stages: [.trial, .active], countries: ["NL", "de"],
                    since: Instant("2026-01-01T00:00:00Z")))
    }

    @Test(arguments: [
        ("url=ftp://example.com", "url does not begin with https://"),
        ("url=http://example.com", "url is not encrypted"),
        ("url=https://user:hidden@example.com", "url holds a user name or password"),
        ("url=https://example.com#x", "url has a fragment"),
        ("url=https://example.com:99999/", "url has no usable port"),
        ("url=https:///x", "url has no usable host"),
        ("url=https://exa mple.com", "url has a character"),
        ("url=https://example.com\\@10.0.0.1/", "url has a character"),
        ("url=https://[::1/", "url has no usable host"),
        ("url=https://[v1.x]/", "url has no usable host"),
        ("url=https://ex%61mple.com/", "url has no usable host"),
        ("format=xml", "format is none of the choices; allowed: marketplace, cloudevents"),
        ("mode=all", "mode is none of the choices; allowed: state, every-action"),
        ("allow-private=yes", "allow-private is none of the choices; allowed: true, false"),
        ("timeout=15", "timeout is no length of time in range"), ("timeout=0s", "timeout is no length"),
        ("timeout=601s", "timeout is no length"), ("pace=0", "pace is no number in range"),
        ("pace=fast", "pace is no number"), ("pace=1e3", "pace is no number"),
        ("pace=100001", "pace is no number in range"),
        ("dnc=ignore", "dnc is none of the choices; allowed: suppress, flag"),
        ("stages=won", "stages names a stage that does not exist; allowed: interest, trial, active"),
        ("offers=a.b,,c.d", "offers has an empty part"), ("offers=*", "offers has a *"),
        ("offers=a.*b", "offers has a *"), ("offers=*.b.*", "offers has a *"),
        ("since=yesterday", "since is no time; allowed: RFC 3339"),
        ("colour=red", "colour is not a setting of this kind; allowed: allow-private, countries, dnc"),
    ])
    func `an error names the key, what is wrong and what is allowed`(setting: String, error: String) {
        let set = setting.hasPrefix("url=") ? [setting] : [url, setting]
        let fault = fault(set)
        #expect(fault?.hasPrefix(error) ?? false, "\(fault ?? "no error")")
        #expect(!(fault ?? "").contains("hidden"))
    }

    @Test func `a secret is refused as a setting and never repeated`() {
        let value = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        for (set, secret) in [
            ([url, "signing-secret=whsec_\(value)"], []), ([url], ["signing-secret=whsec_\(value)"]),
            ([url, "whsec_\(value)="], []), ([url], ["whsec_\(value)=="]), ([url, "whsec_\(value)"], []),
        ] as [([String], [String])] {
            let fault = fault(set, secret: secret)
            #expect(fault != nil)
            #expect(!(fault ?? "").contains(value))
        }
        #expect(fault([url, "signing-secret=x"])?.contains("--secret signing-secret=env:NAME") ?? false)
    }

    @Test(arguments: ["env:", "env:1A", "env:A B", "file:", "A", "env:A=B"])
    func `a secret is named by a variable or a file`(reference: String) {
        #expect(fault([url], secret: ["signing-secret=\(reference)"]) != nil)
    }

    @Test func `a key given twice, no url and a bad name are refused`() {
        #expect(fault([url, url])?.hasPrefix("url was given twice") ?? false)
        #expect(fault([])?.hasPrefix("url is missing") ?? false)
        #expect(fault(["url"])?.hasPrefix("--set needs a key and a value") ?? false)
        for name in ["", "-a", "a b", "a/b", String(repeating: "a", count: 65)] {
            #expect(throws: DestinationSettingsError.self) { try Samples.settings([url], name: name) }
        }
        #expect(throws: DestinationSettingsError.self) {
            try DestinationSettings(name: "a", kind: "fax", set: [url], secret: [])
        }
    }

    @Test func `the ledger keeps settings that read back as they were, secrets by name only`() throws {
        let settings = try Samples.settings(
            ["url=https://example.com/", "pace=2", "dnc=flag"], secret: ["signing-secret=file:/etc/a=b"])
        let detail = DestinationEvent.changed(settings)
        #expect(
            String(decoding: detail, as: UTF8.self)
                == #"{"name":"crm","kind":"https","settings":{"dnc":"flag","pace":"2","url":"https://example.com/"},"#
                + #""secrets":{"signing-secret":"file:/etc/a=b"},"reason":null}"#)
        #expect(DestinationEvent(detail)?.settings == settings)
    }
}

struct DestinationFilterTests {
    private let at = Instant("2026-01-02T00:00:00Z")!

    @Test func `no filter wants every lead`() {
        #expect(
            DestinationFilter().exclusion(offer: nil, stage: nil, country: nil, latestActionAt: .earliest) == nil)
    }

    @Test(arguments: [
        ("contoso.a", "contoso.a", true), ("contoso.a", "Contoso.A", true), ("contoso.a", "contoso.ab", false),
        ("contoso.*", "contoso.a", true), ("contoso.*", "contoso.a.b", true), ("contoso.*", "contosoinc.a", false),
        ("contoso.*", "contoso", false), ("contoso", "contoso", true),
    ])
    func `offers match one, or all of a publisher`(pattern: String, offer: String, isWanted: Bool) {
        let exclusion = DestinationFilter(offers: ["other.x", pattern])
            .exclusion(offer: Offer(offer), stage: .trial, country: nil, latestActionAt: at)
        #expect((exclusion == nil) == isWanted)
        #expect(exclusion == nil || exclusion == .offer)
    }

    @Test func `stage, country and age exclude with their own reason`() {
        let filter = DestinationFilter(stages: [.trial, .active], countries: ["NL"], since: at)
        let offer = Offer("a.b")
        #expect(filter.exclusion(offer: offer, stage: .trial, country: "nl", latestActionAt: at) == nil)
        #expect(filter.exclusion(offer: offer, stage: .interest, country: "NL", latestActionAt: at) == .stage)
        #expect(filter.exclusion(offer: offer, stage: nil, country: "NL", latestActionAt: at) == .stage)
        #expect(filter.exclusion(offer: offer, stage: .trial, country: nil, latestActionAt: at) == .country)
        #expect(
            filter.exclusion(offer: offer, stage: .trial, country: "NL", latestActionAt: at - .second) == .since)
    }
}
