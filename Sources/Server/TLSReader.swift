internal import COpenSSL

/// Puts certificates and keys from bytes into a context of OpenSSL's and tells everything that does not fit.
enum TLSReader {
    static func use(_ material: TLSMaterial, in context: OpaquePointer) -> [TLSFailure] {
        ERR_clear_error()
        var failures: [TLSFailure] = []
        func note(_ part: TLSFailure.Part, _ detail: String) { failures.append(TLSFailure(part: part, detail: detail + self.reason())) }
        let hasCertificate = unsafe self.useChain(material.certificate, in: context)
        if !hasCertificate { note(.certificate, "holds no certificate in PEM form") }
        if self.holdsKey(material.key) {
            let fits = unsafe self.useKey(material.key, in: context) && SSL_CTX_check_private_key(context) == 1
            if hasCertificate, !fits { note(.key, "does not belong to the certificate") }
        } else {
            note(.key, "holds no private key in PEM form without a pass phrase")
        }
        if let authorities = material.clientAuthorities {
            let isUsed = unsafe self.useAuthorities(authorities, in: context)
            if !isUsed { note(.clientAuthorities, "holds no certificates in PEM form") }
        }
        return failures
    }

    /// ` (OpenSSL's words)`, or nothing; the queue of errors is empty afterwards.
    static func reason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let words = unsafe ERR_reason_error_string(code) else { return "" }
        return " (\(unsafe String(cString: words)))"
    }

    // MARK: Parts

    private static func useChain(_ bytes: [UInt8], in context: OpaquePointer) -> Bool {
        unsafe self.eachCertificate(bytes) { number, certificate in
            if number == 0 {
                return unsafe SSL_CTX_use_certificate(context, certificate) == 1
            }
            return unsafe SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(certificate)) == 1
        }
    }

    private static func useAuthorities(_ bytes: [UInt8], in context: OpaquePointer) -> Bool {
        let store = unsafe SSL_CTX_get_cert_store(context)
        let isUsed = unsafe self.eachCertificate(bytes) { _, certificate in
            unsafe X509_STORE_add_cert(store, certificate) == 1 && SSL_CTX_add_client_CA(context, certificate) == 1
        }
        if isUsed { unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil) }
        return isUsed
    }

    private static func useKey(_ bytes: [UInt8], in context: OpaquePointer) -> Bool {
        guard let key = unsafe self.readKey(bytes) else { return false }
        defer { unsafe EVP_PKEY_free(key) }
        return unsafe SSL_CTX_use_PrivateKey(context, key) == 1
    }

    private static func holdsKey(_ bytes: [UInt8]) -> Bool {
        guard let key = unsafe self.readKey(bytes) else { return false }
        unsafe EVP_PKEY_free(key)
        return true
    }

    private static func readKey(_ bytes: [UInt8]) -> OpaquePointer? {
        guard let source = unsafe BIO_new_mem_buf(bytes, CInt(clamping: bytes.count)) else { return nil }
        defer { unsafe BIO_free(source) }
        // Nobody is there to type a pass phrase.
        return unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
    }

    /// False: there is none, one cannot be read, or `body` refuses one.
    private static func eachCertificate(_ bytes: [UInt8], _ body: (_ number: Int, OpaquePointer) -> Bool) -> Bool {
        guard let source = unsafe BIO_new_mem_buf(bytes, CInt(clamping: bytes.count)) else { return false }
        defer { unsafe BIO_free(source) }
        var count = 0
        while let certificate = unsafe PEM_read_bio_X509_AUX(source, nil, { _, _, _, _ in -1 }, nil) {
            defer { unsafe X509_free(certificate) }
            guard unsafe body(count, certificate) else { return false }
            count += 1
        }
        // The end of the text shows as an error of its own.
        let isEnd = kt_pem_ended()
        if isEnd, count > 0 { ERR_clear_error() }
        return isEnd && count > 0
    }
}
