/// Someone made up: everything follows from a number, so that traffic of any size needs no memory for people.
struct Person {
    let firstName: String
    let lastName: String
    let email: String?
    let phone: String
    let country: String
    let company: String
    let title: String

    init(number: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed ^ (UInt64(number) &* 0xd134_2543_de82_ef95))
        _ = random.next()
        let first = random.pick(Self.firstNames)
        let last = random.pick(Self.lastNames)
        firstName = first.name
        lastName = last.name
        let tag = random.happens(0.02) ? "+azure" : ""
        let address = "\(first.plain).\(last.plain)\(number)\(tag)@\(random.pick(Self.domains))"
        let hasEmail = !random.happens(Assumptions.withoutEmail)
        email = hasEmail ? (random.happens(Assumptions.capitals) ? address.uppercased() : address) : nil
        phone = random.happens(Assumptions.withoutPhone) ? "" : "1617555" + String(1_000 + random.below(9_000))
        country = random.happens(Assumptions.withoutCountry) ? "" : random.pick(Self.countries)
        company = random.happens(Assumptions.withoutCompany) ? "" : random.pick(Self.companies)
        title = random.happens(Assumptions.withoutTitle) ? "" : random.pick(Self.titles)
    }

    private static let domains = ["example.com", "example.com", "example.org", "example.net", "mail.example.org"]

    /// Names, each with the letters an address makes of it.
    private static let firstNames: [(name: String, plain: String)] = [
        ("Alma", "alma"), ("Björn", "bjorn"), ("Chiara", "chiara"), ("Dragan", "dragan"), ("Elif", "elif"),
        ("François", "francois"), ("Grace", "grace"), ("Håkon", "hakon"), ("Ines", "ines"), ("José", "jose"),
        ("Kwame", "kwame"), ("Łucja", "lucja"), ("Mehmet", "mehmet"), ("Nguyễn", "nguyen"), ("Олена", "olena"),
        ("Priya", "priya"), ("Renée", "renee"), ("太郎", "taro"), ("Yusuf", "yusuf"), ("Zoë", "zoe"),
    ]
    private static let lastNames: [(name: String, plain: String)] = [
        ("Adeyemi", "adeyemi"), ("Bianchi", "bianchi"), ("Çelik", "celik"), ("Dvořák", "dvorak"),
        ("Eriksson", "eriksson"), ("Fernández", "fernandez"), ("García Márquez", "garcia-marquez"),
        ("Hansen", "hansen"), ("Ito", "ito"), ("Jovanović", "jovanovic"), ("Kowalski", "kowalski"), ("Lê", "le"),
        ("Müller", "mueller"), ("O'Neill", "oneill"), ("Patel", "patel"), ("Smith", "smith"), ("山田", "yamada"),
        ("van der Berg", "van-der-berg"), ("Weiß", "weiss"), ("Шевченко", "shevchenko"),
    ]
    /// The same country in many spellings, and a few that are none.
    private static let countries = [
        "US", "USA", "US", "United States", "united states", "U.S.A.", "DE", "Germany", "DEU", "GB", "United Kingdom",
        "UK", "FR", "France", "IN", "India", "JP", "Japan", "BR", "Brasil", "NL", "The Netherlands", "CZ",
        "Czech Republic", "TR", "Türkiye", "Atlantis", "n/a",
    ]
    private static let companies = [
        "Contoso", "Fabrikam, Inc.", "Müller & Söhne, GmbH", "Northwind Traders", "\"Nordlicht\" Handel",
        "Adventure Works", "Tailspin Toys", "Société Générique", "株式会社サンプル", "Wide World Importers\nHead Office",
    ]
    private static let titles = [
        "CTO", "Head of IT", "Engineer", "Directrice", "Sales, Europe", "Consultant", "Owner", "IT-Leiter:in",
    ]
}
