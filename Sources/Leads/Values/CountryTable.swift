/// The countries of ISO 3166-1 with their codes and English names, the usual one first.
enum CountryTable {
    struct Entry {
        let alpha2: String
        let alpha3: String
        let names: [String]
    }

    static let countries: [Entry] = text.split(separator: "\n").map { line in
        let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
        return Entry(alpha2: parts[0], alpha3: parts[1], names: parts[2].split(separator: ";").map(String.init))
    }

    /// One country a line: alpha-2, alpha-3, names parted by semicolons.
    private static let text = """
        AF AFG Afghanistan
        AX ALA Åland Islands;Aland
        AL ALB Albania
        DZ DZA Algeria
        AS ASM American Samoa
        AD AND Andorra
        AO AGO Angola
        AI AIA Anguilla
        AQ ATA Antarctica
        AG ATG Antigua and Barbuda;Antigua
        AR ARG Argentina;Argentine Republic
        AM ARM Armenia
        AW ABW Aruba
        AU AUS Australia;Commonwealth of Australia
        AT AUT Austria
        AZ AZE Azerbaijan
        BS BHS Bahamas
        BH BHR Bahrain
        BD BGD Bangladesh
        BB BRB Barbados
        BY BLR Belarus
        BE BEL Belgium
        BZ BLZ Belize
        BJ BEN Benin
        BM BMU Bermuda
        BT BTN Bhutan
        BO BOL Bolivia;Plurinational State of Bolivia;Bolivia, Plurinational State of
        BQ BES Bonaire, Sint Eustatius and Saba;Caribbean Netherlands;Bonaire
        BA BIH Bosnia and Herzegovina;Bosnia;Bosnia-Herzegovina
        BW BWA Botswana
        BV BVT Bouvet Island
        BR BRA Brazil;Brasil
        IO IOT British Indian Ocean Territory
        BN BRN Brunei Darussalam;Brunei
        BG BGR Bulgaria
        BF BFA Burkina Faso
        BI BDI Burundi
        CV CPV Cabo Verde;Cape Verde
        KH KHM Cambodia
        CM CMR Cameroon
        CA CAN Canada
        KY CYM Cayman Islands
        CF CAF Central African Republic
        TD TCD Chad
        CL CHL Chile
        CN CHN China;People's Republic of China;PR China;P.R.C.;Mainland China
        CX CXR Christmas Island
        CC CCK Cocos (Keeling) Islands;Cocos Islands;Keeling Islands
        CO COL Colombia
        KM COM Comoros
        CG COG Congo;Republic of the Congo;Congo-Brazzaville;Congo Republic
        CD COD Congo, Democratic Republic of the;Democratic Republic of the Congo;\
        Congo, The Democratic Republic of the;Congo-Kinshasa;DR Congo;DRC;Congo (DRC)
        CK COK Cook Islands
        CR CRI Costa Rica
        CI CIV Côte d'Ivoire;Ivory Coast
        HR HRV Croatia
        CU CUB Cuba
        CW CUW Curaçao
        CY CYP Cyprus
        CZ CZE Czechia;Czech Republic
        DK DNK Denmark
        DJ DJI Djibouti
        DM DMA Dominica
        DO DOM Dominican Republic
        EC ECU Ecuador
        EG EGY Egypt;Arab Republic of Egypt
        SV SLV El Salvador;Salvador
        GQ GNQ Equatorial Guinea
        ER ERI Eritrea
        EE EST Estonia
        SZ SWZ Eswatini;Swaziland
        ET ETH Ethiopia
        FK FLK Falkland Islands (Malvinas);Falkland Islands;Falklands
        FO FRO Faroe Islands;Faroes
        FJ FJI Fiji
        FI FIN Finland
        FR FRA France;French Republic
        GF GUF French Guiana
        PF PYF French Polynesia
        TF ATF French Southern Territories
        GA GAB Gabon
        GM GMB Gambia
        GE GEO Georgia
        DE DEU Germany;Federal Republic of Germany;Deutschland
        GH GHA Ghana
        GI GIB Gibraltar
        GR GRC Greece;Hellenic Republic
        GL GRL Greenland
        GD GRD Grenada
        GP GLP Guadeloupe
        GU GUM Guam
        GT GTM Guatemala
        GG GGY Guernsey
        GN GIN Guinea
        GW GNB Guinea-Bissau
        GY GUY Guyana
        HT HTI Haiti
        HM HMD Heard Island and McDonald Islands
        VA VAT Holy See;Vatican City;Vatican City State;Vatican;Holy See (Vatican City State)
        HN HND Honduras
        HK HKG Hong Kong;Hong Kong SAR;Hong Kong S.A.R.;Hong Kong SAR China;Hong Kong, China
        HU HUN Hungary
        IS ISL Iceland
        IN IND India;Republic of India
        ID IDN Indonesia;Republic of Indonesia
        IR IRN Iran;Islamic Republic of Iran;Iran, Islamic Republic of
        IQ IRQ Iraq
        IE IRL Ireland;Republic of Ireland;Ireland, Republic of;Eire
        IM IMN Isle of Man
        IL ISR Israel;State of Israel
        IT ITA Italy;Italian Republic
        JM JAM Jamaica
        JP JPN Japan
        JE JEY Jersey
        JO JOR Jordan
        KZ KAZ Kazakhstan
        KE KEN Kenya
        KI KIR Kiribati
        KP PRK North Korea;Democratic People's Republic of Korea;Korea, Democratic People's Republic of;DPRK;\
        Korea, North
        KR KOR South Korea;Republic of Korea;Korea, Republic of;Korea;Korea, South;Korea (South);Korea (Republic of)
        KW KWT Kuwait
        KG KGZ Kyrgyzstan;Kyrgyz Republic
        LA LAO Lao People's Democratic Republic;Laos;Lao PDR
        LV LVA Latvia
        LB LBN Lebanon
        LS LSO Lesotho
        LR LBR Liberia
        LY LBY Libya;Libyan Arab Jamahiriya
        LI LIE Liechtenstein
        LT LTU Lithuania
        LU LUX Luxembourg
        MO MAC Macao;Macau;Macao SAR;Macau SAR;Macao SAR China
        MG MDG Madagascar
        MW MWI Malawi
        MY MYS Malaysia
        MV MDV Maldives
        ML MLI Mali
        MT MLT Malta
        MH MHL Marshall Islands
        MQ MTQ Martinique
        MR MRT Mauritania
        MU MUS Mauritius
        YT MYT Mayotte
        MX MEX Mexico;United Mexican States
        FM FSM Micronesia;Federated States of Micronesia;Micronesia, Federated States of
        MD MDA Moldova;Republic of Moldova;Moldova, Republic of
        MC MCO Monaco
        MN MNG Mongolia
        ME MNE Montenegro
        MS MSR Montserrat
        MA MAR Morocco
        MZ MOZ Mozambique
        MM MMR Myanmar;Burma;Myanmar (Burma)
        NA NAM Namibia
        NR NRU Nauru
        NP NPL Nepal
        NL NLD Netherlands;Holland;Kingdom of the Netherlands;Netherlands, Kingdom of the
        NC NCL New Caledonia
        NZ NZL New Zealand;Aotearoa
        NI NIC Nicaragua
        NE NER Niger
        NG NGA Nigeria
        NU NIU Niue
        NF NFK Norfolk Island
        MK MKD North Macedonia;Macedonia;Republic of North Macedonia;Former Yugoslav Republic of Macedonia;\
        Macedonia, the former Yugoslav Republic of;FYROM
        MP MNP Northern Mariana Islands
        NO NOR Norway
        OM OMN Oman
        PK PAK Pakistan
        PW PLW Palau
        PS PSE Palestine;State of Palestine;Palestine, State of;Palestinian Territory;Palestinian Territories;\
        Palestinian Territory, Occupied;Palestinian Authority
        PA PAN Panama
        PG PNG Papua New Guinea
        PY PRY Paraguay
        PE PER Peru
        PH PHL Philippines;Republic of the Philippines
        PN PCN Pitcairn;Pitcairn Islands
        PL POL Poland
        PT PRT Portugal
        PR PRI Puerto Rico
        QA QAT Qatar
        RE REU Réunion
        RO ROU Romania
        RU RUS Russian Federation;Russia
        RW RWA Rwanda
        BL BLM Saint Barthélemy
        SH SHN Saint Helena, Ascension and Tristan da Cunha;Saint Helena
        KN KNA Saint Kitts and Nevis
        LC LCA Saint Lucia
        MF MAF Saint Martin (French part);Saint Martin
        PM SPM Saint Pierre and Miquelon
        VC VCT Saint Vincent and the Grenadines;Saint Vincent
        WS WSM Samoa;Western Samoa
        SM SMR San Marino
        ST STP Sao Tome and Principe
        SA SAU Saudi Arabia;Kingdom of Saudi Arabia;KSA
        SN SEN Senegal
        RS SRB Serbia
        SC SYC Seychelles
        SL SLE Sierra Leone
        SG SGP Singapore;Republic of Singapore
        SX SXM Sint Maarten (Dutch part);Sint Maarten
        SK SVK Slovakia;Slovak Republic
        SI SVN Slovenia
        SB SLB Solomon Islands
        SO SOM Somalia
        ZA ZAF South Africa;Republic of South Africa;RSA
        GS SGS South Georgia and the South Sandwich Islands
        SS SSD South Sudan
        ES ESP Spain;Kingdom of Spain
        LK LKA Sri Lanka
        SD SDN Sudan
        SR SUR Suriname
        SJ SJM Svalbard and Jan Mayen;Svalbard
        SE SWE Sweden;Kingdom of Sweden
        CH CHE Switzerland;Swiss Confederation
        SY SYR Syrian Arab Republic;Syria
        TW TWN Taiwan;Taiwan, Province of China;Taiwan, Republic of China;Chinese Taipei
        TJ TJK Tajikistan
        TZ TZA Tanzania;United Republic of Tanzania;Tanzania, United Republic of
        TH THA Thailand
        TL TLS Timor-Leste;East Timor
        TG TGO Togo
        TK TKL Tokelau
        TO TON Tonga
        TT TTO Trinidad and Tobago;Trinidad
        TN TUN Tunisia
        TR TUR Türkiye;Turkey;Republic of Turkey
        TM TKM Turkmenistan
        TC TCA Turks and Caicos Islands
        TV TUV Tuvalu
        UG UGA Uganda
        UA UKR Ukraine
        AE ARE United Arab Emirates;UAE;Emirates
        GB GBR United Kingdom;United Kingdom of Great Britain and Northern Ireland;UK;U.K.;Great Britain;Britain;\
        England;Scotland;Wales;Northern Ireland
        US USA United States of America;United States;U.S.;U.S.A.;America;US of A
        UM UMI United States Minor Outlying Islands;U.S. Minor Outlying Islands
        UY URY Uruguay
        UZ UZB Uzbekistan
        VU VUT Vanuatu
        VE VEN Venezuela;Bolivarian Republic of Venezuela;Venezuela, Bolivarian Republic of
        VN VNM Viet Nam;Vietnam
        VG VGB British Virgin Islands;Virgin Islands, British;Virgin Islands (British)
        VI VIR U.S. Virgin Islands;Virgin Islands, U.S.;United States Virgin Islands;Virgin Islands (U.S.);\
        US Virgin Islands
        WF WLF Wallis and Futuna;Wallis and Futuna Islands
        EH ESH Western Sahara
        YE YEM Yemen
        ZM ZMB Zambia
        ZW ZWE Zimbabwe
        """
}
