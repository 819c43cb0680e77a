/* libcurl's variadic setters as typed functions; Swift cannot call the variadic ones. */
#include <curl/curl.h>
static inline CURLcode kt_curl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode kt_curl_set_offset(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode kt_curl_set_pointer(CURL *h, CURLoption o, const void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode kt_curl_info_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode kt_curl_info_offset(CURL *h, CURLINFO i, curl_off_t *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode kt_curl_info_pointer(CURL *h, CURLINFO i, void **v) { return curl_easy_getinfo(h, i, v); }
typedef size_t (*kt_curl_bytes_callback)(char *, size_t, size_t, void *);
static inline CURLcode kt_curl_set_write(CURL *h, kt_curl_bytes_callback f) { return curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, f); }
static inline CURLcode kt_curl_set_header(CURL *h, kt_curl_bytes_callback f) { return curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, f); }
static inline CURLMcode kt_curlm_set_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }
static inline CURLMcode kt_curlm_set_pointer(CURLM *m, CURLMoption o, const void *v) { return curl_multi_setopt(m, o, v); }
static inline CURLMcode kt_curlm_set_socket(CURLM *m, curl_socket_callback f) { return curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, f); }
static inline CURLMcode kt_curlm_set_timer(CURLM *m, curl_multi_timer_callback f) { return curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, f); }
/* The CURLMsg union, read by name. */
static inline CURLcode kt_curl_message_result(const CURLMsg *m) { return m->data.result; }
typedef int (*kt_curl_socket_made_callback)(void *, curl_socket_t, curlsocktype);
static inline CURLcode kt_curl_set_socket_made(CURL *h, kt_curl_socket_made_callback f) { return curl_easy_setopt(h, CURLOPT_SOCKOPTFUNCTION, f); }
typedef int (*kt_curl_socket_close_callback)(void *, curl_socket_t);
static inline CURLcode kt_curl_set_socket_close(CURL *h, kt_curl_socket_close_callback f) { return curl_easy_setopt(h, CURLOPT_CLOSESOCKETFUNCTION, f); }
static inline CURLSHcode kt_curlsh_share(CURLSH *s, curl_lock_data what) { return curl_share_setopt(s, CURLSHOPT_SHARE, what); }
