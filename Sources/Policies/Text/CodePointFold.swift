/// What becomes of one code point beyond ASCII.
enum CodePointFold: Equatable {
    case kept
    case removed
    case ascii(UInt8)
    case pair(UInt8, UInt8)

    static func fold(_ scalar: UInt32, accents: NormalizedText.Accents, disguises: NormalizedText.Disguises = .all) -> CodePointFold {
        if scalar >= 0x300 && scalar <= 0x36F { return accents == .folded || scalar == 0x34F ? .removed : .kept }
        if disguises.forms, self.isInvisible(scalar) { return .removed }
        if let plain = self.punctuation(scalar) { return .ascii(plain) }
        if disguises.forms, let plain = self.compatibility(scalar) { return .ascii(plain) }
        switch scalar {
        case 0xFB00, 0xFB01, 0xFB02: return .pair(0x66, [0x66, 0x69, 0x6C][Int(scalar - 0xFB00)])
        case 0xC6, 0xE6, 0x152, 0x153, 0xDF: return accents == .folded ? self.ligature(scalar) : .kept
        default: break
        }
        if disguises.lookAlikes {
            let alike = LookAlikes.latin(scalar)
            if alike != 0 { return .ascii(alike) }
        }
        if accents == .folded {
            let base = LatinBase.base(of: scalar)
            if base != 0 { return .ascii(base) }
        }
        return .kept
    }

    private static func ligature(_ scalar: UInt32) -> CodePointFold {
        switch scalar {
        case 0xC6: .pair(0x41, 0x45)
        case 0xE6: .pair(0x61, 0x65)
        case 0x152: .pair(0x4F, 0x45)
        case 0x153: .pair(0x6F, 0x65)
        default: .pair(0x73, 0x73)
        }
    }

    /// Soft hyphen, zero-width and bidirectional controls, fillers, variation selectors, tags, interlinear marks.
    private static func isInvisible(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xAD, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B...0x200F, 0x202A...0x202E,
            0x2060...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9...0xFFFB, 0x1BCA0...0x1BCA3,
            0x1D173...0x1D17A, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }

    private static func punctuation(_ scalar: UInt32) -> UInt8? {
        switch scalar {
        case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: 0x20
        case 0x2028, 0x2029, 0x85: 0x0A
        case 0x2018...0x201B, 0x2032, 0x2BC, 0xB4, 0x2B9, 0x2039, 0x203A, 0x300C, 0x300D: 0x27
        case 0x201C...0x201F, 0x2033, 0xAB, 0xBB, 0x300E, 0x300F, 0x301D...0x301F: 0x22
        case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0x2043: 0x2D
        case 0xB7, 0x2024, 0x2027, 0x3002, 0xFE52, 0x2026: 0x2E
        case 0x2044, 0x2215: 0x2F
        case 0x2236, 0xA789, 0xFE55, 0x2D0: 0x3A
        case 0x3001, 0xFE50, 0x201A: 0x2C
        case 0xFE6B: 0x40
        case 0x3008, 0x27E8, 0x276E, 0x2329: 0x3C
        case 0x3009, 0x27E9, 0x276F, 0x232A: 0x3E
        case 0x3010, 0x3014, 0x27E6: 0x5B
        case 0x3011, 0x3015, 0x27E7: 0x5D
        default: nil
        }
    }

    private static func compatibility(_ scalar: UInt32) -> UInt8? {
        switch scalar {
        case 0xFF01...0xFF5E: UInt8(scalar - 0xFEE0)
        case 0x1D400...0x1D6A3: self.letter((scalar - 0x1D400) % 52)
        case 0x1D7CE...0x1D7FF: UInt8(0x30 + (scalar - 0x1D7CE) % 10)
        case 0x24B6...0x24CF: UInt8(scalar - 0x24B6 + 0x41)
        case 0x24D0...0x24E9: UInt8(scalar - 0x24D0 + 0x61)
        case 0x249C...0x24B5: UInt8(scalar - 0x249C + 0x61)
        case 0x2460...0x2468: UInt8(scalar - 0x2460 + 0x31)
        case 0x24EA: 0x30
        case 0x2776...0x277E: UInt8(scalar - 0x2776 + 0x31)
        case 0x1F130...0x1F149: UInt8(scalar - 0x1F130 + 0x41)
        case 0x1F150...0x1F169: UInt8(scalar - 0x1F150 + 0x41)
        case 0x1F170...0x1F189: UInt8(scalar - 0x1F170 + 0x41)
        case 0x1F1E6...0x1F1FF: UInt8(scalar - 0x1F1E6 + 0x41)
        case 0x2070: 0x30
        case 0x2074...0x2079: UInt8(scalar - 0x2074 + 0x34)
        case 0xB9: 0x31
        case 0xB2, 0xB3: UInt8(scalar - 0xB2 + 0x32)
        case 0x2080...0x2089: UInt8(scalar - 0x2080 + 0x30)
        case 0x660...0x669: UInt8(scalar - 0x660 + 0x30)
        case 0x6F0...0x6F9: UInt8(scalar - 0x6F0 + 0x30)
        case 0x966...0x96F: UInt8(scalar - 0x966 + 0x30)
        case 0x9E6...0x9EF: UInt8(scalar - 0x9E6 + 0x30)
        case 0xE50...0xE59: UInt8(scalar - 0xE50 + 0x30)
        default: nil
        }
    }

    private static func letter(_ place: UInt32) -> UInt8 { UInt8(place < 26 ? 0x41 + place : 0x61 + place - 26) }
}
