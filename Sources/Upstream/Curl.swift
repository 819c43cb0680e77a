// The one file that speaks to libcurl. C callbacks find their owner and call one method of it; no logic lives in them.
internal import CCurl
internal import Glibc

/// A multi handle: many transfers, their connections, driven by sockets and one timer of ours.
@safe final class CurlMulti {
    private let handle: UnsafeMutableRawPointer
    fileprivate let share: CurlShare
    fileprivate let link: CurlLink

    init?(connectionsMax: Int, multiplexes: Bool) {
        guard curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK, let share = CurlShare(), let handle = unsafe curl_multi_init()
        else { return nil }
        unsafe self.handle = handle
        self.share = share
        self.link = CurlLink()
        let context = unsafe Unmanaged.passUnretained(self.link).toOpaque()
        unsafe _ = kt_curlm_set_long(handle, CURLMOPT_MAXCONNECTS, connectionsMax)
        unsafe _ = kt_curlm_set_long(handle, CURLMOPT_PIPELINING, multiplexes ? Int(CURLPIPE_MULTIPLEX) : Int(CURLPIPE_NOTHING))
        unsafe _ = kt_curlm_set_pointer(handle, CURLMOPT_SOCKETDATA, context)
        unsafe _ = kt_curlm_set_pointer(handle, CURLMOPT_TIMERDATA, context)
        unsafe _ = kt_curlm_set_socket(handle, curlSocketChanged)
        unsafe _ = kt_curlm_set_timer(handle, curlTimerChanged)
    }

    deinit {
        self.link.owner = nil
        unsafe _ = curl_multi_cleanup(self.handle)
    }

    /// Who hears of sockets and the timer; must outlive this or set nil.
    func setOwner(_ owner: UpstreamClient?) { self.link.owner = owner }

    /// False when libcurl refuses.
    func add(_ easy: CurlEasy) -> Bool { unsafe curl_multi_add_handle(self.handle, easy.handle) == CURLM_OK }

    /// Ends the transfer if it still runs; the connection of an unfinished HTTP/1 exchange is closed here.
    func remove(_ easy: CurlEasy) { unsafe _ = curl_multi_remove_handle(self.handle, easy.handle) }

    func socketReady(_ descriptor: CInt, readable: Bool, writable: Bool) {
        var running: CInt = 0
        let bits = (readable ? CInt(CURL_CSELECT_IN) : 0) | (writable ? CInt(CURL_CSELECT_OUT) : 0)
        unsafe _ = curl_multi_socket_action(self.handle, descriptor, bits, &running)
    }

    func timerFired() {
        var running: CInt = 0
        unsafe _ = curl_multi_socket_action(self.handle, CURL_SOCKET_TIMEOUT, 0, &running)
    }

    /// The next transfer that has come to its end by itself, and its CURLcode.
    func nextFinished() -> (easy: CurlEasy, code: Int32)? {
        var left: CInt = 0
        while let message = unsafe curl_multi_info_read(self.handle, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle else { continue }
            let code = unsafe Int32(bitPattern: kt_curl_message_result(message).rawValue)
            var context: UnsafeMutableRawPointer?
            unsafe _ = kt_curl_info_pointer(handle, CURLINFO_PRIVATE, &context)
            guard let context = unsafe context else { continue }
            return unsafe (Unmanaged<CurlEasy>.fromOpaque(context).takeUnretainedValue(), code)
        }
        return nil
    }
}

/// What libcurl's socket and timer callbacks point at; outlives the multi handle, whose clean-up still calls them.
private final class CurlLink {
    unowned var owner: UpstreamClient?
}

/// TLS sessions shared by the easy handles, so that new connections resume them.
@safe private final class CurlShare {
    let handle: UnsafeMutableRawPointer

    init?() {
        guard let handle = unsafe curl_share_init() else { return nil }
        unsafe self.handle = handle
        unsafe _ = kt_curlsh_share(handle, CURL_LOCK_DATA_SSL_SESSION)
    }

    deinit { unsafe _ = curl_share_cleanup(self.handle) }
}

/// One easy handle for one URL. What never changes is set at birth; the rest is set only when it differs from the last use.
@safe final class CurlEasy {
    fileprivate let handle: UnsafeMutableRawPointer
    private let url: OpaquePointer
    private let share: CurlShare
    private let link: CurlLink
    private let errorText: UnsafeMutablePointer<CChar>
    private var body: UnsafeMutableRawBufferPointer
    private var bodyCount = -1
    private var method: UpstreamRequest.Method?
    private var headers: CurlHeaderList?
    private var connectMilliseconds = -1
    /// The transfer that uses this handle now.
    var owner: UpstreamTransfer?
    /// Place in the client's list of transfers in flight.
    var place = -1

    private static let errorBytes = 256
    private static let keptBodyBytesMax = 64 << 10

    init?(url: String, isTLS: Bool, ignoresProxies: Bool, options: UpstreamOptions, multi: CurlMulti) {
        guard let parsed = unsafe curl_url() else { return nil }
        guard unsafe url.withCString({ unsafe curl_url_set(parsed, CURLUPART_URL, $0, 0) }) == CURLUE_OK,
            let handle = unsafe curl_easy_init()
        else {
            unsafe curl_url_cleanup(parsed)
            return nil
        }
        unsafe self.url = parsed
        unsafe self.handle = handle
        self.share = multi.share
        self.link = multi.link
        unsafe self.errorText = .allocate(capacity: Self.errorBytes)
        unsafe self.errorText.initialize(repeating: 0, count: Self.errorBytes)
        unsafe self.body = .allocate(byteCount: 1024, alignment: 16)

        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe self.set(CURLOPT_PRIVATE, context)
        unsafe self.set(CURLOPT_WRITEDATA, context)
        unsafe self.set(CURLOPT_HEADERDATA, context)
        unsafe _ = kt_curl_set_write(handle, curlBody)
        unsafe _ = kt_curl_set_header(handle, curlHeader)
        let link = unsafe Unmanaged.passUnretained(self.link).toOpaque()
        unsafe self.set(CURLOPT_SOCKOPTDATA, link)
        unsafe self.set(CURLOPT_CLOSESOCKETDATA, link)
        unsafe _ = kt_curl_set_socket_made(handle, curlSocketMade)
        unsafe _ = kt_curl_set_socket_close(handle, curlSocketClosing)
        unsafe self.set(CURLOPT_SHARE, self.share.handle)
        unsafe self.set(CURLOPT_ERRORBUFFER, self.errorText)

        self.set(CURLOPT_NOSIGNAL, 1)
        self.set(CURLOPT_NOPROGRESS, 1)
        self.set(CURLOPT_TCP_NODELAY, 1)
        self.set(CURLOPT_TCP_KEEPALIVE, 1)
        self.set(CURLOPT_FOLLOWLOCATION, 0)
        self.set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        self.set(CURLOPT_HTTP09_ALLOWED, 0)
        self.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        self.set(CURLOPT_SSL_VERIFYPEER, 1)
        self.set(CURLOPT_SSL_VERIFYHOST, 2)
        self.set(CURLOPT_BUFFERSIZE, options.receiveBytes)
        self.set(CURLOPT_DNS_CACHE_TIMEOUT, options.dnsCacheSeconds)
        self.set(CURLOPT_MAXAGE_CONN, options.idleSeconds)
        self.set(CURLOPT_PROTOCOLS_STR, "http,https")
        if isTLS, options.usesHTTP2 {
            // Without CURLOPT_PIPEWAIT: with it, requests to a target that knows HTTP/1 only would connect one after another.
            self.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        } else {
            self.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        }
        // libcurl keeps the parsed CA bundle between connections only when there is no CA directory besides it: parsing
        // Debian's costs some ten milliseconds.
        if isTLS {
            unsafe self.set(CURLOPT_CAPATH, nil)
            if let file = options.caFile { self.set(CURLOPT_CAINFO, file) }
        }
        // An explicit empty proxy saves the look-up of eight variables per transfer.
        if ignoresProxies {
            self.set(CURLOPT_PROXY, "")
            self.set(CURLOPT_NOPROXY, "")
        }
        // A text would be parsed, and put together again, for each transfer: an eighth of libcurl's work.
        unsafe self.set(CURLOPT_CURLU, UnsafeRawPointer(self.url))
    }

    deinit {
        unsafe curl_easy_cleanup(self.handle)
        unsafe curl_url_cleanup(self.url)
        unsafe self.errorText.deallocate()
        unsafe self.body.deallocate()
    }

    private func set(_ option: CURLoption, _ value: Int) { unsafe _ = kt_curl_set_long(self.handle, option, value) }
    private func set(_ option: CURLoption, _ text: String) {
        unsafe text.withCString { unsafe _ = kt_curl_set_pointer(self.handle, option, $0) }
    }
    private func set(_ option: CURLoption, _ pointer: UnsafeRawPointer?) {
        unsafe _ = kt_curl_set_pointer(self.handle, option, pointer)
    }

    /// Sets what differs from the last use. `body` is copied: its bytes must not move while libcurl sends them.
    func prepare(method: UpstreamRequest.Method, headers: CurlHeaderList, body: [UInt8], connectMilliseconds: Int) {
        unsafe self.errorText[0] = 0
        if method == .post {
            if unsafe body.count > self.body.count {
                unsafe self.body.deallocate()
                unsafe self.body = .allocate(byteCount: body.count, alignment: 16)
                self.bodyCount = -1
            }
            unsafe body.withUnsafeBytes { unsafe self.body.copyMemory(from: $0) }
            if self.bodyCount != body.count {
                unsafe _ = kt_curl_set_offset(self.handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
                unsafe self.set(CURLOPT_POSTFIELDS, self.body.baseAddress)
                self.bodyCount = body.count
            }
        }
        if method != self.method {
            self.set(method == .post ? CURLOPT_POST : CURLOPT_HTTPGET, 1)
            self.method = method
        }
        if headers !== self.headers {
            unsafe self.set(CURLOPT_HTTPHEADER, headers.first)
            self.headers = headers
        }
        if connectMilliseconds != self.connectMilliseconds {
            self.set(CURLOPT_CONNECTTIMEOUT_MS, connectMilliseconds)
            self.connectMilliseconds = connectMilliseconds
        }
    }

    /// After use: gives back what a large body took.
    func relinquish() {
        self.owner = nil
        guard unsafe self.body.count > Self.keptBodyBytesMax else { return }
        unsafe self.body.deallocate()
        unsafe self.body = .allocate(byteCount: 1024, alignment: 16)
        unsafe self.set(CURLOPT_POSTFIELDS, self.body.baseAddress)
        self.bodyCount = -1
        self.method = nil
    }

    /// Stops reading. Without effect while there is no connection yet. May be called within this handle's callbacks.
    func pause() { unsafe _ = curl_easy_pause(self.handle, CURLPAUSE_RECV) }

    /// Reads on; delivers what libcurl holds before it returns. Not within callbacks. Returns the CURLcode.
    func unpause() -> Int32 { unsafe Int32(bitPattern: curl_easy_pause(self.handle, 0).rawValue) }

    /// libcurl's text for the failure.
    func failureText(_ code: Int32) -> String {
        if unsafe self.errorText[0] != 0 { return unsafe String(cString: self.errorText) }
        guard let text = unsafe curl_easy_strerror(CURLcode(rawValue: UInt32(bitPattern: code))) else { return "" }
        return unsafe String(cString: text)
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        unsafe _ = kt_curl_info_long(self.handle, info, &value)
        return value
    }

    private func microseconds(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        unsafe _ = kt_curl_info_offset(self.handle, info, &value)
        return Int64(value)
    }

    var connectionsMade: Int { self.long(CURLINFO_NUM_CONNECTS) }
    /// CURL_HTTP_VERSION_…: 2 for 1.1, 3 for 2; 0 when unknown.
    var httpVersion: Int { self.long(CURLINFO_HTTP_VERSION) }
    /// Until the connection was usable, TLS included; 0 when it was there.
    var connectMicroseconds: Int64 {
        max(self.microseconds(CURLINFO_CONNECT_TIME_T), self.microseconds(CURLINFO_APPCONNECT_TIME_T))
    }
}

/// Request header lines in libcurl's form, unchanging; the lines of a request may be followed by the list of its target.
@safe final class CurlHeaderList {
    private let nodes: UnsafeMutablePointer<curl_slist>
    private let bytes: UnsafeMutablePointer<CChar>
    private let tail: CurlHeaderList?
    fileprivate var first: UnsafeMutablePointer<curl_slist> { unsafe self.nodes }

    /// nil when there is no line, or one holds CR, LF or NUL.
    init?(_ lines: [String], followedBy tail: CurlHeaderList? = nil) {
        guard !lines.isEmpty else { return nil }
        var size = 0
        for line in lines {
            for byte in line.utf8 where byte == 0x0D || byte == 0x0A || byte == 0 { return nil }
            size += line.utf8.count + 1
        }
        unsafe self.nodes = .allocate(capacity: lines.count)
        unsafe self.bytes = .allocate(capacity: size)
        self.tail = tail
        var position = 0
        for (index, line) in lines.enumerated() {
            let next = unsafe index + 1 < lines.count ? self.nodes + index + 1 : tail?.nodes
            unsafe (self.nodes + index).initialize(to: curl_slist(data: self.bytes + position, next: next))
            for byte in line.utf8 {
                unsafe self.bytes[position] = CChar(bitPattern: byte)
                position += 1
            }
            unsafe self.bytes[position] = 0
            position += 1
        }
    }

    deinit {
        unsafe self.nodes.deallocate()
        unsafe self.bytes.deallocate()
    }
}

/// Whether the environment names a proxy that libcurl would use.
func environmentNamesProxy() -> Bool {
    for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        if let value = unsafe getenv(name), unsafe value[0] != 0 { return true }
    }
    return false
}

// MARK: Callbacks

private func curlLink(_ context: UnsafeMutableRawPointer?) -> UpstreamClient? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<CurlLink>.fromOpaque(context).takeUnretainedValue().owner
}

private func curlOwner(_ context: UnsafeMutableRawPointer?) -> UpstreamTransfer? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<CurlEasy>.fromOpaque(context).takeUnretainedValue().owner
}

private let curlAbort = Int(CURL_WRITEFUNC_ERROR)

private func curlSocketChanged(
    _ easy: UnsafeMutableRawPointer?, _ descriptor: CInt, _ what: CInt, _ context: UnsafeMutableRawPointer?,
    _ unused: UnsafeMutableRawPointer?
) -> CInt {
    let reads = what == CURL_POLL_IN || what == CURL_POLL_INOUT
    let writes = what == CURL_POLL_OUT || what == CURL_POLL_INOUT
    unsafe curlLink(context)?.curlWants(descriptor, readable: reads, writable: writes)
    return 0
}

private func curlTimerChanged(_ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?) -> CInt {
    unsafe curlLink(context)?.curlWantsTimer(milliseconds: milliseconds)
    return 0
}

private func curlSocketMade(_ context: UnsafeMutableRawPointer?, _ descriptor: CInt, _ purpose: curlsocktype) -> CInt {
    unsafe curlLink(context)?.curlMadeSocket(descriptor)
    return CInt(CURL_SOCKOPT_OK)
}

private func curlSocketClosing(_ context: UnsafeMutableRawPointer?, _ descriptor: CInt) -> CInt {
    unsafe curlLink(context)?.curlClosesSocket(descriptor)
    return close(descriptor)
}

private func curlHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    guard let owner = unsafe curlOwner(context) else { return curlAbort }
    return unsafe owner.curlHeader(buffer.bindMemory(to: UInt8.self).span) ? buffer.count : curlAbort
}

private func curlBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    guard let owner = unsafe curlOwner(context) else { return curlAbort }
    return unsafe owner.curlBody(buffer.bindMemory(to: UInt8.self).span) ? buffer.count : curlAbort
}
