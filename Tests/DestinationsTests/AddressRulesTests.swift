import Destinations
import Leads
import Outbound
import Testing

struct AddressRulesTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"), ("017700000001", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"), ("0", "0.0.0.0"),
        ("10.1", "10.0.0.1"), ("192.168.257", "192.168.1.1"), ("::1", "0:0:0:0:0:0:0:1"),
        ("::ffff:127.0.0.1", "0:0:0:0:0:ffff:7f00:1"), ("fe80::1", "fe80:0:0:0:0:0:0:1"),
        ("2606:4700::1111", "2606:4700:0:0:0:0:0:1111"),
    ])
    func `an address is read however it is written`(text: String, spelled: String) throws {
        let address = try #require(IPAddress(literal: text))
        #expect(address.description == spelled)
        #expect(IPAddress(literal: spelled) == address)
    }

    @Test(arguments: [
        "", "example.com", "localhost", "1.2.3.4.5", "256.1.1.1", "0x", "1.2.3.4 x", " 1.2.3.4", "08.1", ":", "::g",
        "1::2::3", "::1%lo", "[::1]",
    ])
    func `anything else is a name`(text: String) { #expect(IPAddress(literal: text) == nil) }

    @Test(arguments: [
        ("127.0.0.1", AddressRules.Block.loopback), ("127.255.255.254", .loopback), ("127.1", .loopback),
        ("0x7f.1", .loopback), ("2130706433", .loopback), ("::1", .loopback), ("::ffff:127.0.0.1", .loopback),
        ("::127.0.0.1", .loopback), ("64:ff9b::127.0.0.1", .loopback), ("2002:7f00:1::", .loopback),
        ("2606:4700::5efe:127.0.0.1", .loopback), ("2606:4700::200:5efe:127.0.0.1", .loopback),
        ("10.0.0.0", .private), ("10.255.255.255", .private), ("172.16.0.1", .private), ("172.31.255.255", .private),
        ("192.168.0.1", .private), ("192.168.255.255", .private), ("fc00::1", .private), ("fdff::1", .private),
        ("::ffff:10.0.0.1", .private), ("::ffff:a00:1", .private), ("2002:a00:1::1", .private),
        ("2002:c0a8:1::1", .private), ("64:ff9b::c0a8:1", .private),
        ("169.254.0.1", .linkLocal), ("169.254.255.255", .linkLocal), ("fe80::1", .linkLocal),
        ("febf::1", .linkLocal),
        ("100.64.0.0", .shared), ("100.127.255.255", .shared),
        ("64:ff9b::808:808", .translated), ("64:ff9b:1::1", .translated), ("64:ff9b:1:ffff::1", .translated),
        ("169.254.169.254", .metadata), ("::ffff:169.254.169.254", .metadata), ("0xa9fea9fe", .metadata),
        ("fd00:ec2::254", .metadata), ("168.63.129.16", .metadata), ("100.100.100.200", .metadata),
        ("64:ff9b::a9fe:a9fe", .metadata),
        ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified), ("::", .unspecified), ("::ffff:0.0.0.0", .unspecified),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("ff02::1", .multicast),
        ("255.255.255.255", .broadcast), ("240.0.0.1", .reserved), ("255.255.255.254", .reserved),
        ("192.0.2.1", .documentation), ("198.51.100.7", .documentation), ("203.0.113.9", .documentation),
        ("2001:db8::1", .documentation), ("3fff::1", .documentation), ("3fff:fff::1", .documentation),
        ("198.18.0.1", .benchmarking), ("198.19.255.255", .benchmarking),
        ("192.0.0.8", .reserved), ("192.88.99.1", .reserved), ("2001::1", .reserved), ("2001:10::1", .reserved),
        ("fec0::1", .reserved), ("100::1", .reserved), ("::ffff:0:8.8.8.8", .reserved), ("::8.8.8.8", .reserved),
        ("4000::1", .reserved), ("5f00::1", .reserved),
    ])
    func `a special address is known`(text: String, block: AddressRules.Block) throws {
        let address = try #require(IPAddress(literal: text))
        #expect(AddressRules.block(of: address) == block)
        #expect(AddressRules.refusal(of: address, allowsPrivate: false) == block)
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15", "2606:4700::1111",
        "2001:4860:4860::8888", "2001:200::1", "2a00:1450::1", "::ffff:8.8.8.8", "2002:808:808::1",
        "2606:4700::5efe:8.8.8.8", "3ffe::1", "3fff:1000::1",
    ])
    func `a public address may be sent to`(text: String) throws {
        #expect(AddressRules.refusal(of: try #require(IPAddress(literal: text)), allowsPrivate: false) == nil)
    }

    @Test func `allowing private addresses allows no metadata, multicast or broadcast`() throws {
        for text in ["127.0.0.1", "10.0.0.1", "::1", "fc00::1", "169.254.1.1", "100.64.0.1", "64:ff9b::808:808"] {
            #expect(AddressRules.refusal(of: try #require(IPAddress(literal: text)), allowsPrivate: true) == nil)
        }
        for text in ["169.254.169.254", "fd00:ec2::254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1"] {
            #expect(AddressRules.refusal(of: try #require(IPAddress(literal: text)), allowsPrivate: true) != nil)
        }
    }

    @Test(arguments: [
        "https://127.0.0.1/", "https://0x7f.1/", "https://127.1:8443/x", "https://[::ffff:127.0.0.1]/",
        "https://2130706433/", "https://10.0.0.1", "https://[fd00::1]",
    ])
    func `a destination at a private address does not open`(url: String) throws {
        let settings = try Samples.settings(["url=\(url)"])
        let error = try #require(throws: DestinationSettingsError.self) { try Adapters.make(settings) }
        #expect(error.description.contains("allow-private=true"))
    }
}
