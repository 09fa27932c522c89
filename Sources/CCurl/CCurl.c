#include "CCurl.h"

#include <COptionalLibrary.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>

#if LIBCURL_VERSION_NUM < 0x074200
#error "libcurl 7.66 or later is needed"
#endif

// libcurl's functions, by their own names and types.
#define FUNCTIONS(X) \
  X(curl_global_init) X(curl_easy_init) X(curl_easy_setopt) X(curl_easy_getinfo) X(curl_easy_cleanup) \
  X(curl_easy_strerror) X(curl_slist_append) X(curl_slist_free_all) X(curl_multi_init) X(curl_multi_add_handle) \
  X(curl_multi_remove_handle) X(curl_multi_perform) X(curl_multi_poll) X(curl_multi_info_read) X(curl_multi_cleanup)

// The header hides some behind macros that check the types of arguments.
#undef curl_easy_setopt
#undef curl_easy_getinfo

#define DECLARE(name) static __typeof__(&name) p_##name;
FUNCTIONS(DECLARE)

static pthread_once_t once = PTHREAD_ONCE_INIT;

#if defined(__APPLE__)
static const char *const files[] = {"libcurl.4.dylib", NULL};
#else
static const char *const files[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so", NULL};
#endif
static incept_library library = {.name = "libcurl", .files = files};

static void load(void) {
  if (!incept_library_open(&library)) return;
#define RESOLVE(name) \
  p_##name = (__typeof__(p_##name))incept_library_function(&library, #name); \
  if (!p_##name) return;
  FUNCTIONS(RESOLVE)
  if (p_curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    snprintf(library.missing, sizeof library.missing, "a libcurl that doesn't start");
}

const char *incept_http_unavailable(void) {
  pthread_once(&once, load);
  return library.missing[0] ? library.missing : NULL;
}

typedef struct {
  const incept_http_request *request;
  int stopped;
} state;

static size_t header(char *line, size_t size, size_t count, void *context) {
  state *s = context;
  if (s->request->on_header(s->request->context, line, size * count)) s->stopped = 1;
  return s->stopped ? 0 : size * count;
}

static size_t body(char *bytes, size_t size, size_t count, void *context) {
  state *s = context;
  // An empty piece must not look like a refusal, which has the same value.
  if (size * count == 0) return 0;
  if (s->request->on_body(s->request->context, bytes, size * count)) s->stopped = 1;
  return s->stopped ? 0 : size * count;
}

static incept_http_outcome outcome(CURLcode code) {
  switch (code) {
    case CURLE_OK: return INCEPT_HTTP_DONE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return INCEPT_HTTP_UNRESOLVED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT: return INCEPT_HTTP_UNCONNECTED;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return INCEPT_HTTP_UNTRUSTED;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return INCEPT_HTTP_BAD_ADDRESS;
    case CURLE_TOO_MANY_REDIRECTS: return INCEPT_HTTP_REDIRECTED;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return INCEPT_HTTP_BROKEN;
    // Header lines that exceed libcurl's own bound come as this.
    case CURLE_OUT_OF_MEMORY:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR: return INCEPT_HTTP_GARBLED;
    default: return INCEPT_HTTP_FAILED;
  }
}

static CURLcode set(CURL *easy, state *s, struct curl_slist *headers, char *message) {
  const incept_http_request *request = s->request;
  CURLcode code = CURLE_OK;
#define SET(option, value) if (code == CURLE_OK) code = p_curl_easy_setopt(easy, option, value)
  SET(CURLOPT_ERRORBUFFER, message);
  SET(CURLOPT_URL, request->url);
  SET(CURLOPT_USERAGENT, request->user_agent);
#if LIBCURL_VERSION_NUM >= 0x075500
  const char *protocols = request->allows_http ? "http,https" : "https";
  SET(CURLOPT_PROTOCOLS_STR, protocols);
  SET(CURLOPT_REDIR_PROTOCOLS_STR, protocols);
#else
  long protocols = request->allows_http ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS;
  SET(CURLOPT_PROTOCOLS, protocols);
  SET(CURLOPT_REDIR_PROTOCOLS, protocols);
#endif
  SET(CURLOPT_FOLLOWLOCATION, 1L);
  SET(CURLOPT_MAXREDIRS, request->max_redirects);
  SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_ms);
  if (request->range) SET(CURLOPT_RANGE, request->range);
  if (headers) SET(CURLOPT_HTTPHEADER, headers);
  if (request->authorities) SET(CURLOPT_CAINFO, request->authorities);
  SET(CURLOPT_HEADERFUNCTION, header);
  SET(CURLOPT_HEADERDATA, s);
  SET(CURLOPT_WRITEFUNCTION, body);
  SET(CURLOPT_WRITEDATA, s);
  return code;
}

static CURLcode perform(CURLM *multi, state *s) {
  for (;;) {
    int running = 0;
    CURLMcode code = p_curl_multi_perform(multi, &running);
    if (code != CURLM_OK) return CURLE_FAILED_INIT;
    if (!running) break;
    if (s->request->on_tick(s->request->context)) {
      s->stopped = 1;
      return CURLE_OK;
    }
    code = p_curl_multi_poll(multi, NULL, 0, 100, NULL);
    if (code != CURLM_OK) return CURLE_FAILED_INIT;
  }
  int left = 0;
  const CURLMsg *done = p_curl_multi_info_read(multi, &left);
  return done && done->msg == CURLMSG_DONE ? done->data.result : CURLE_FAILED_INIT;
}

incept_http_outcome incept_http_get(const incept_http_request *request, char *message, size_t capacity) {
  if (capacity) message[0] = 0;
  const char *why = incept_http_unavailable();
  if (why) {
    snprintf(message, capacity, "%s", why);
    return INCEPT_HTTP_FAILED;
  }
  char text[CURL_ERROR_SIZE] = "";
  state s = {request, 0};
  CURLcode code = CURLE_OUT_OF_MEMORY;
  CURL *easy = p_curl_easy_init();
  CURLM *multi = p_curl_multi_init();
  struct curl_slist *headers = request->extra_header ? p_curl_slist_append(NULL, request->extra_header) : NULL;
  if (easy && multi && (headers || !request->extra_header)) {
    code = set(easy, &s, headers, text);
    if (code == CURLE_OK) {
      if (p_curl_multi_add_handle(multi, easy) == CURLM_OK) {
        code = perform(multi, &s);
        p_curl_multi_remove_handle(multi, easy);
      } else {
        code = CURLE_FAILED_INIT;
      }
    }
  }
  if (!s.stopped && code != CURLE_OK) snprintf(message, capacity, "%s", text[0] ? text : p_curl_easy_strerror(code));
  // A server that speaks no HTTP has another protocol, libcurl says, as an address of another kind has.
  long connections = 0, status = 0;
  if (easy && code == CURLE_UNSUPPORTED_PROTOCOL) {
    p_curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
    p_curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  }
  int garbled = connections > 0 && status / 100 != 3;
  if (easy) p_curl_easy_cleanup(easy);
  if (multi) p_curl_multi_cleanup(multi);
  p_curl_slist_free_all(headers);
  if (s.stopped) return INCEPT_HTTP_STOPPED;
  return garbled ? INCEPT_HTTP_GARBLED : outcome(code);
}
