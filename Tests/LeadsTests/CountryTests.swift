import Leads
import Testing

@Suite struct `A country` {
    @Test(arguments: [
        ("US", "US"), ("us", "US"), (" Us ", "US"), ("USA", "US"), ("usa", "US"), ("U.S.", "US"), ("U.S.A.", "US"),
        ("United States", "US"), ("United States of America", "US"), ("the United States", "US"),
        ("UNITED  STATES", "US"), ("America", "US"), ("UK", "GB"), ("uk", "GB"), ("U.K.", "GB"), ("GB", "GB"),
        ("GBR", "GB"), ("United Kingdom", "GB"), ("Great Britain", "GB"), ("England", "GB"), ("Scotland", "GB"),
        ("South Korea", "KR"), ("Korea, Republic of", "KR"), ("Republic of Korea", "KR"), ("Korea", "KR"),
        ("Korea (South)", "KR"), ("KOR", "KR"), ("North Korea", "KP"), ("Germany", "DE"), ("DEU", "DE"),
        ("Deutschland", "DE"), ("Czech Republic", "CZ"), ("Czechia", "CZ"), ("Russia", "RU"),
        ("Russian Federation", "RU"), ("Viet Nam", "VN"), ("Vietnam", "VN"), ("Türkiye", "TR"), ("Turkey", "TR"),
        ("Turkiye", "TR"), ("Côte d'Ivoire", "CI"), ("Cote d’Ivoire", "CI"), ("Ivory Coast", "CI"),
        ("Curac\u{327}ao", "CW"), ("Curaçao", "CW"), ("Åland Islands", "AX"), ("Réunion", "RE"), ("Brasil", "BR"),
        ("The Netherlands", "NL"), ("Holland", "NL"), ("Hong Kong SAR", "HK"), ("Macau", "MO"), ("Taiwan", "TW"),
        ("Taiwan, Province of China", "TW"), ("UAE", "AE"), ("United Arab Emirates", "AE"),
        ("Trinidad & Tobago", "TT"), ("Bosnia and Herzegovina", "BA"), ("Bosnia-Herzegovina", "BA"),
        ("St. Lucia", "LC"), ("Saint Lucia", "LC"), ("ST", "ST"), ("Georgia", "GE"), ("Congo", "CG"), ("DRC", "CD"),
        ("Iran, Islamic Republic of", "IR"), ("Bolivia, Plurinational State of", "BO"), ("Bahamas, The", "BS"),
        ("Eswatini", "SZ"), ("Swaziland", "SZ"), ("North Macedonia", "MK"), ("Burma", "MM"), ("AND", "AD"),
        ("Micronesia, Federated States of", "FM"), ("Guinea", "GN"), ("Guinea-Bissau", "GW"), ("Niger", "NE"),
        ("Nigeria", "NG"), ("Virgin Islands, U.S.", "VI"), ("Holy See (Vatican City State)", "VA"),
        ("Macedonia, the former Yugoslav Republic of", "MK"), ("Democratic People's Republic of Korea", "KP"),
    ])
    func `is read in every usual spelling`(text: String, code: String) {
        #expect(Country.reading(text) == code)
    }

    @Test(arguments: [
        "Atlantis", "XX", "xx", "ZZZ", "EU", "1", "US1", "United", "中国", "Россия", "USA 1", "Kosovo",
        "MSFT_TEST_636573304831318844", "-", "the",
    ])
    func `stays as written when it is none`(text: String) {
        #expect(Country.reading(text) == text)
    }

    @Test func `is nothing in text that says nothing`() {
        #expect(Country.reading("") == nil && Country.reading(" \n") == nil)
        #expect(Country.reading("  Atlantis ") == "Atlantis")
    }

    @Test func `reads its own code`() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        var known = 0
        for first in letters {
            for second in letters {
                let text = String([first, second]).lowercased()
                let reading = Country.reading(text)
                if reading == text.uppercased() { known += 1 }
                #expect(reading == text || reading == text.uppercased() || text == "uk")
            }
        }
        #expect(known == 249)
    }
}
