/*
 * The other end of the SRTP interoperability test: seals and opens packets with libsrtp.
 *
 *   libsrtp-peer SUITE KEY-AND-SALT MKI|-
 *
 * reads one command a line and answers each with one line, the packet in hex or "error STATUS":
 *
 *   seal-rtp HEX   open-rtp HEX   seal-rtcp HEX   open-rtcp HEX   roc SSRC ROC
 */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PACKET 2048
#define WINDOW 1024

static size_t from_hex(const char *hex, unsigned char *out) {
    size_t n = 0;
    unsigned byte;
    while (n < MAX_PACKET && sscanf(hex + 2 * n, "%2x", &byte) == 1) out[n++] = (unsigned char)byte;
    return n;
}

static int set_suite(srtp_policy_t *policy, const char *suite) {
    if (!strcmp(suite, "AES_CM_128_HMAC_SHA1_80")) {
        srtp_crypto_policy_set_rtp_default(&policy->rtp);
        srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
    } else if (!strcmp(suite, "AES_CM_128_HMAC_SHA1_32")) {
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy->rtp);
        srtp_crypto_policy_set_rtcp_default(&policy->rtcp);
    } else if (!strcmp(suite, "AES_256_CM_HMAC_SHA1_80")) {
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
    } else if (!strcmp(suite, "AES_256_CM_HMAC_SHA1_32")) {
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy->rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy->rtcp);
    } else if (!strcmp(suite, "AEAD_AES_128_GCM")) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
    } else if (!strcmp(suite, "AEAD_AES_256_GCM")) {
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy->rtcp);
    } else {
        return 0;
    }
    return 1;
}

static srtp_t session(const char *suite, unsigned char *key, unsigned char *mki, size_t mki_size, srtp_ssrc_type_t side) {
    srtp_policy_t policy;
    srtp_master_key_t master = {key, mki, (unsigned)mki_size};
    srtp_master_key_t *masters[] = {&master};
    srtp_t created;
    memset(&policy, 0, sizeof policy);
    if (!set_suite(&policy, suite)) exit(2);
    policy.ssrc.type = side;
    policy.window_size = WINDOW;
    if (mki_size > 0) {
        policy.keys = masters;
        policy.num_master_keys = 1;
    } else {
        policy.key = key;
    }
    if (srtp_create(&created, &policy) != srtp_err_status_ok) exit(3);
    return created;
}

int main(int argc, char **argv) {
    static char line[2 * MAX_PACKET + 64], hex[2 * MAX_PACKET + 1];
    unsigned char key[64], mki[MAX_PACKET], packet[MAX_PACKET + SRTP_MAX_TRAILER_LEN + 64];
    char verb[16];
    if (argc != 4 || srtp_init() != srtp_err_status_ok) return 1;
    from_hex(argv[2], key);
    size_t mki_size = strcmp(argv[3], "-") ? from_hex(argv[3], mki) : 0;
    unsigned use_mki = mki_size > 0;
    srtp_t out = session(argv[1], key, mki, mki_size, ssrc_any_outbound);
    srtp_t in = session(argv[1], key, mki, mki_size, ssrc_any_inbound);

    while (fgets(line, sizeof line, stdin)) {
        srtp_err_status_t status = srtp_err_status_bad_param;
        unsigned ssrc, roc;
        int length = 0;
        if (sscanf(line, "roc %u %u", &ssrc, &roc) == 2) {
            status = srtp_set_stream_roc(out, ssrc, roc);
            if (status != srtp_err_status_ok) status = srtp_set_stream_roc(in, ssrc, roc);
        } else if (sscanf(line, "%15s %4096s", verb, hex) == 2) {
            length = (int)from_hex(hex, packet);
            if (!strcmp(verb, "seal-rtp")) status = srtp_protect_mki(out, packet, &length, use_mki, 0);
            if (!strcmp(verb, "open-rtp")) status = srtp_unprotect_mki(in, packet, &length, use_mki);
            if (!strcmp(verb, "seal-rtcp")) status = srtp_protect_rtcp_mki(out, packet, &length, use_mki, 0);
            if (!strcmp(verb, "open-rtcp")) status = srtp_unprotect_rtcp_mki(in, packet, &length, use_mki);
        }
        if (status != srtp_err_status_ok) {
            printf("error %d\n", status);
            continue;
        }
        for (int i = 0; i < length; i++) printf("%02x", packet[i]);
        printf("\n");
    }
    return 0;
}
