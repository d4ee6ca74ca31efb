/* SPDX-License-Identifier: MIT
 *
 * Files appear whole or not at all; what goes wrong comes back as errno.
 * Also the streams above them, with messages and gzip, and SHA-256.
 */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE   700

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sha256.h"
#include "data/stream.h"
#include "os/file.h"

static ito_ctx *ctx;

/* Everything happens in here. */
#define DIR_NAME "test_file.dir"

static int enter(void **state)
{
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)mkdir(DIR_NAME, 0777);
    return ito_open(&ctx, NULL) || chdir(DIR_NAME);
}

/* The number of files in the folder, and removes them when asked. */
static int files(int clear)
{
    DIR *const dir = opendir(".");
    const struct dirent *entry;
    int n = 0;

    CHECK(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        n++;
        if (clear && unlink(entry->d_name) != 0)
            (void)rmdir(entry->d_name);
    }
    closedir(dir);
    return n;
}

static int leave(void **state)
{
    (void)state;
    files(1);
    ito_close(ctx);
    return chdir("..") || rmdir(DIR_NAME);
}

static int clean(void **state)
{
    (void)state;
    files(1);
    return 0;
}

static void put_file(const char *path, const char *text)
{
    os_out *out;

    CHECK(os_out_open(path, &out) == 0);
    CHECK(os_out_write(out, text, strlen(text)) == 0);
    CHECK(os_out_commit(out) == 0);
}

static void has_text(const char *path, const char *text)
{
    size_t bytes;
    char *data;

    CHECK(os_read_all(path, 1 << 20, &data, &bytes) == 0);
    CHECK(bytes == strlen(text) && strcmp(data, text) == 0);
    os_free(data);
}

TEST(a_file_is_written_and_read_back)
{
    put_file("a", "hello");
    has_text("a", "hello");
    put_file("./a", "");
    has_text("a", "");
    CHECK(files(0) == 1);
}

TEST(the_old_file_stands_until_the_commit)
{
    os_out *out;

    put_file("a", "old");
    CHECK(os_out_open("a", &out) == 0);
    CHECK(os_out_write(out, "new", 3) == 0);
    has_text("a", "old");
    os_out_abort(out);
    has_text("a", "old");
    CHECK(files(0) == 1);
    put_file("a", "new");
    has_text("a", "new");
    CHECK(files(0) == 1);
    os_out_abort(NULL);
}

TEST(large_and_small_pieces_keep_their_order)
{
    const size_t n = 300000;
    unsigned char *const x = malloc(n);
    size_t bytes, at = 0;
    os_out *out;
    char *data;

    CHECK(x);
    t_seed = 5;
    for (size_t i = 0; i < n; i++)
        x[i] = (unsigned char)t_rand();
    CHECK(os_out_open("a", &out) == 0);
    while (at < n) {
        size_t piece = t_rand() % (t_rand() % 8 ? 500 : 150000);

        piece = piece < n - at ? piece : n - at;
        CHECK(os_out_write(out, x + at, piece) == 0);
        at += piece;
    }
    CHECK(os_out_commit(out) == 0);
    CHECK(os_read_all("a", n, &data, &bytes) == 0);
    CHECK(bytes == n && memcmp(data, x, n) == 0);
    os_free(data);
    CHECK(os_read_all("a", n - 1, &data, &bytes) == EFBIG && !data);
    free(x);
}

TEST(permissions_of_a_replaced_file_stay)
{
    struct stat st;

    put_file("a", "1");
    CHECK(stat("a", &st) == 0 && (st.st_mode & 0111) == 0);
    CHECK(chmod("a", 0640) == 0);
    put_file("a", "2");
    CHECK(stat("a", &st) == 0 && (st.st_mode & 0777) == 0640);
}

TEST(a_link_is_followed_not_replaced)
{
    struct stat st;

    put_file("a", "1");
    CHECK(symlink("a", "b") == 0);
    put_file("b", "2");
    has_text("a", "2");
    CHECK(lstat("b", &st) == 0 && S_ISLNK(st.st_mode));
}

TEST(errors_of_opening_are_told)
{
    os_out *out;
    size_t bytes;
    char *data;

    CHECK(mkdir("d", 0777) == 0);
    CHECK(os_out_open("d", &out) == EISDIR && !out);
    CHECK(os_out_open("d/", &out) == EISDIR);
    CHECK(os_out_open("none/a", &out) == ENOENT);
    CHECK(os_out_open("none/", &out) == EISDIR);
    CHECK(os_out_open("", &out) == ENOENT);
    CHECK(os_read_all("none", 10, &data, &bytes) == ENOENT);
    CHECK(os_read_all("d", 10, &data, &bytes) == EISDIR);
    CHECK(os_is_directory("d") && !os_is_directory("none"));
    put_file("a", "x");
    CHECK(os_out_open("a/b", &out) == ENOTDIR);
    CHECK(!os_is_directory("a"));
    CHECK(files(0) == 2);
}

TEST(a_file_that_may_not_be_written_is_left_alone)
{
    os_out *out;

    put_file("a", "1");
    CHECK(chmod("a", 0444) == 0);
    if (geteuid() == 0) {
        print_message("root may write everything: skipped\n");
        skip();
    }
    CHECK(os_out_open("a", &out) == EACCES);
    CHECK(mkdir("d", 0555) == 0);
    CHECK(os_out_open("d/a", &out) == EACCES);
    has_text("a", "1");
}

/* Write n bytes to `path`; the first error. */
static int write_zeros(const char *path, size_t n)
{
    static const char zeros[70000];
    os_out *out;
    int error;

    error = os_out_open(path, &out);
    if (error != 0)
        return error;
    for (; n > sizeof(zeros) && error == 0; n -= sizeof(zeros))
        error = os_out_write(out, zeros, sizeof(zeros));
    if (error == 0)
        error = os_out_write(out, zeros, n);
    if (error != 0) {
        os_out_abort(out);
        return error;
    }
    return os_out_commit(out);
}

TEST(a_full_disk_leaves_the_old_file_and_no_other)
{
    struct rlimit old, small;

    put_file("a", "old");
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
    small = old;
    small.rlim_cur = 100000;
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    /* in the middle of writing, and in the commit */
    const int error = write_zeros("a", 1000000);
    const int error2 = write_zeros("a", 130000);
    const int error3 = write_zeros("b", 1000000);

    CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
    CHECK(error == EFBIG && error2 == EFBIG && error3 == EFBIG);
    has_text("a", "old");
    CHECK(files(0) == 1);
}

TEST(a_device_is_written_not_replaced)
{
    struct stat st;

    CHECK(write_zeros("/dev/null", 200000) == 0);
    CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
    if (stat("/dev/full", &st) == 0) {
        CHECK(write_zeros("/dev/full", 10) == ENOSPC);
        CHECK(write_zeros("/dev/full", 200000) == ENOSPC);
        CHECK(stat("/dev/full", &st) == 0 && S_ISCHR(st.st_mode));
    }
}

TEST(a_file_is_mapped)
{
    const void *data;
    size_t bytes;

    put_file("a", "mapped");
    CHECK(os_map("a", &data, &bytes) == 0 && bytes == 6);
    CHECK(memcmp(data, "mapped", 6) == 0);
    os_unmap(data, bytes);
    put_file("a", "");
    CHECK(os_map("a", &data, &bytes) == 0 && bytes == 0);
    os_unmap(data, bytes);
    CHECK(os_map("none", &data, &bytes) == ENOENT);
    CHECK(os_map(".", &data, &bytes) == EISDIR);
}

TEST(errno_values_have_words)
{
    char text[100], tiny[4];

    CHECK_HAS(os_error_text(ENOENT, text, sizeof(text)), "o such file");
    CHECK(strlen(os_error_text(ENOENT, tiny, sizeof(tiny))) < sizeof(tiny));
    CHECK(strlen(os_error_text(99999, text, sizeof(text))) > 0);
}

TEST(streams_say_what_failed)
{
    size_t bytes;
    stream *s;
    char *data;

    CHECK_FAILS(ctx, stream_read(ctx, "none.csv", 10, &data, &bytes), ITO_EIO,
                "none.csv: cannot read: No such file");
    CHECK_STR(ito_errinfo_get(ctx)->file, "none.csv");
    CHECK_FAILS(ctx, stream_read(ctx, ".", 10, &data, &bytes), ITO_EIO,
                "is a directory");
    put_file("a", "12345");
    CHECK_FAILS(ctx, stream_read(ctx, "a", 4, &data, &bytes), ITO_ERANGE,
                "the limit");
    CHECK_OK(ctx, stream_read(ctx, "a", 5, &data, &bytes));
    CHECK(bytes == 5);
    CHECK_STR(data, "12345");
    ito__free(ctx, data);
    CHECK_FAILS(ctx, stream_begin(ctx, "none/a", &s), ITO_EIO,
                "none/a: cannot write: No such file");
    CHECK_FAILS(ctx, stream_begin(ctx, ".", &s), ITO_EIO, "is a directory");
    CHECK_OK(ctx, stream_begin(ctx, "b", &s));
    stream_write(s, "x", 1);
    CHECK(stream_end(s, ITO_EARG) == ITO_EARG);
    CHECK(files(0) == 1);
    if (access("/dev/full", W_OK) == 0) {
        CHECK_OK(ctx, stream_begin(ctx, "/dev/full", &s));
        stream_write(s, "x", 1);
        CHECK_FAILS(ctx, stream_end(s, ITO_OK), ITO_EIO, "No space left");
    }
}

/* A pipe into which a child writes n bytes. */
static void pipe_from_child(int end[2], size_t n)
{
    pid_t child;

    CHECK(pipe(end) == 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        for (size_t i = 0; i < n; i++) {
            const char c = (char)('a' + i % 26);

            if (write(end[1], &c, 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    CHECK(close(end[1]) == 0);
}

/* data holds what the child wrote. */
static bool is_from_child(const char *data, size_t bytes, size_t n)
{
    for (size_t i = 0; i < bytes; i++)
        if (data[i] != (char)('a' + i % 26))
            return false;
    return bytes == n && data[bytes] == '\0';
}

TEST(standard_input_of_unknown_size_is_read_to_its_end)
{
    const size_t n = 200000;
    const int old = dup(0);

    for (int i = 0; i < 4; i++) {
        const size_t limit = i < 2 ? 1 << 20 : n - 1;
        char *data;
        size_t bytes;
        int end[2];

        pipe_from_child(end, n);
        CHECK(dup2(end[0], 0) == 0 && close(end[0]) == 0);
        if (i % 2 == 0) {
            const int error = os_read_all("-", limit, &data, &bytes);

            CHECK(error == (i < 2 ? 0 : EFBIG));
            CHECK(error != 0 || is_from_child(data, bytes, n));
            os_free(data);
        } else {
            const ito_status rc = stream_read(ctx, "-", limit, &data, &bytes);

            CHECK(rc == (i < 2 ? ITO_OK : ITO_ERANGE));
            CHECK(rc != ITO_OK || is_from_child(data, bytes, n));
            ito__free(ctx, data);
        }
        CHECK(dup2(old, 0) == 0);
        CHECK(wait(NULL) > 0);
    }
    close(old);
}

TEST(standard_output_is_written_directly)
{
    FILE *const file = fopen("a", "w");
    os_out *out;
    int old;

    CHECK(file);
    (void)fflush(stdout);
    old = dup(1);
    CHECK(old >= 0 && dup2(fileno(file), 1) == 1);
    printf("first ");
    CHECK(os_out_open("-", &out) == 0);
    CHECK(os_out_write(out, "second", 6) == 0);
    CHECK(os_out_commit(out) == 0);
    printf(" third");
    (void)fflush(stdout);
    CHECK(dup2(old, 1) == 1 && close(old) == 0 && fclose(file) == 0);
    has_text("a", "first second third");
}

TEST(names_end_in_suffixes)
{
    CHECK(stream_has_suffix("a/b.csv", ".csv"));
    CHECK(stream_has_suffix("B.CSV", ".csv"));
    CHECK(!stream_has_suffix("csv", ".csv"));
    CHECK(!stream_has_suffix("a.csv.gz", ".csv"));
}

#if defined(ITO_WITH_ZLIB) && ITO_WITH_ZLIB

/* Write text to `path` through a stream, in pieces. */
static void put_stream(const char *path, const char *text, size_t bytes)
{
    stream *s;

    CHECK_OK(ctx, stream_begin(ctx, path, &s));
    for (size_t i = 0; i < bytes; i += 7777)
        stream_write(s, text + i, bytes - i < 7777 ? bytes - i : 7777);
    CHECK_OK(ctx, stream_end(s, ITO_OK));
}

TEST(packed_files_are_packed_and_the_same_each_time)
{
    const size_t n = 200000;
    char *const text = malloc(n), *one, *two;
    size_t bytes, bytes2;

    CHECK(text);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)('0' + i * i % 7);
    put_stream("a.gz", text, n);
    put_stream("b.gz", text, n);
    CHECK(os_read_all("a.gz", n, &one, &bytes) == 0);
    CHECK(os_read_all("b.gz", n, &two, &bytes2) == 0);
    CHECK(bytes == bytes2 && bytes < n / 10);
    CHECK(memcmp(one, two, bytes) == 0);
    /* RFC 1952: magic, deflate, no flags, no time, system unknown */
    CHECK(memcmp(one, "\x1f\x8b\x08\x00\0\0\0\0", 8) == 0);
    CHECK((unsigned char)one[9] == 255);
    os_free(two);
    CHECK_OK(ctx, stream_read(ctx, "a.gz", n, &two, &bytes2));
    CHECK(bytes2 == n && memcmp(two, text, n) == 0);
    ito__free(ctx, two);
    CHECK_FAILS(ctx, stream_read(ctx, "a.gz", n - 1, &two, &bytes2), ITO_ERANGE,
                "unpacks to more than");
    put_stream("c.gz", "", 0);
    CHECK_OK(ctx, stream_read(ctx, "c.gz", 100, &two, &bytes2));
    CHECK(bytes2 == 0);
    ito__free(ctx, two);
    os_free(one);
    free(text);
}

TEST(damaged_packed_files_are_refused)
{
    static const char text[] = "some text, some more text, some text again";
    char *packed, *out;
    size_t bytes, n, wrong = 0;

    put_stream("a.gz", text, strlen(text));
    CHECK(os_read_all("a.gz", 1000, &packed, &bytes) == 0);
    for (size_t cut = 2; cut < bytes; cut++)
        CHECK(gz_unpack(ctx, "a", packed, cut, 1000, &out, &n) == ITO_EFORMAT);
    for (size_t i = 10; i < bytes; i++) {
        ito_status rc;

        packed[i] = (char)(packed[i] ^ 0x10);
        rc = gz_unpack(ctx, "a", packed, bytes, 1000, &out, &n);
        wrong += rc == ITO_OK;
        ito__free(ctx, out);
        packed[i] = (char)(packed[i] ^ 0x10);
    }
    CHECK(wrong == 0);
    /* two members one behind the other are one file; other bytes are not */
    packed = realloc(packed, 2 * bytes);
    CHECK(packed);
    memcpy(packed + bytes, packed, bytes);
    CHECK_OK(ctx, gz_unpack(ctx, "a", packed, 2 * bytes, 1000, &out, &n));
    CHECK(n == 2 * strlen(text));
    ito__free(ctx, out);
    packed[bytes] = 'x';
    CHECK_FAILS(ctx, gz_unpack(ctx, "a", packed, 2 * bytes, 1000, &out, &n),
                ITO_EFORMAT, "other data");
    free(packed);
}

TEST(a_bomb_does_not_go_off)
{
    const size_t n = (size_t)64 << 20;
    char *const zeros = calloc(1, (size_t)1 << 20), *out;
    size_t bytes;
    stream *s;

    CHECK(zeros);
    CHECK_OK(ctx, stream_begin(ctx, "a.gz", &s));
    for (size_t i = 0; i < n >> 20; i++)
        stream_write(s, zeros, (size_t)1 << 20);
    CHECK_OK(ctx, stream_end(s, ITO_OK));
    CHECK_FAILS(ctx, stream_read(ctx, "a.gz", 1 << 20, &out, &bytes),
                ITO_ERANGE, "1 MB");
    free(zeros);
}

#else

TEST(without_zlib_packed_files_are_refused_in_words)
{
    size_t bytes;
    stream *s;
    char *data;

    put_file("a.csv.gz", "\x1f\x8b\x08");
    CHECK_FAILS(ctx, stream_read(ctx, "a.csv.gz", 100, &data, &bytes),
                ITO_EUNFIT, "without zlib");
    CHECK_FAILS(ctx, stream_begin(ctx, "b.gz", &s), ITO_EUNFIT, "without zlib");
    CHECK(files(0) == 1);
}

#endif

/* FIPS 180-4 examples and the NIST test vectors. */
TEST(sha256_gives_the_published_digests)
{
    static const struct {
        const char *text;
        const char *digest;
    } known[] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb924"
              "27ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223"
                 "b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039"
          "a33ce45964ff2167f6ecedd419db06c1" },
        { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
          "cf5b16a778af8380036ce59e7b049237"
          "0b249b11e8f07a51afac45037afee9d1" },
    };
    unsigned char digest[ITO_SHA256_BYTES];
    char text[ITO_SHA256_HEX];
    ito_sha256 h;

    for (size_t i = 0; i < COUNT(known); i++) {
        ito__sha256(known[i].text, strlen(known[i].text), digest);
        ito__sha256_text(digest, text);
        CHECK_STR(text, known[i].digest);
    }
    ito__sha256_begin(&h);
    for (int i = 0; i < 1000000; i++)
        ito__sha256_add(&h, "a", 1);
    ito__sha256_end(&h, digest);
    ito__sha256_text(digest, text);
    CHECK_STR(text, "cdc76e5c9914fb9281a1c7e284d73e67"
                    "f1809a48a497200e046d39ccc7112cd0");
}

TEST(sha256_does_not_see_how_data_is_cut)
{
    unsigned char x[300], one[ITO_SHA256_BYTES], two[ITO_SHA256_BYTES];
    ito_sha256 h;

    for (size_t i = 0; i < sizeof(x); i++)
        x[i] = (unsigned char)(i * 7);
    for (size_t n = 0; n <= sizeof(x); n++) {
        ito__sha256(x, n, one);
        ito__sha256_begin(&h);
        ito__sha256_add(&h, x, n / 3);
        ito__sha256_add(&h, NULL, 0);
        ito__sha256_add(&h, x + n / 3, n - n / 3);
        ito__sha256_end(&h, two);
        CHECK_SAME(one, two, sizeof(one));
    }
}

#define RUN_CLEAN(name) cmocka_unit_test_setup(name, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_CLEAN(a_file_is_written_and_read_back),
        RUN_CLEAN(the_old_file_stands_until_the_commit),
        RUN_CLEAN(large_and_small_pieces_keep_their_order),
        RUN_CLEAN(permissions_of_a_replaced_file_stay),
        RUN_CLEAN(a_link_is_followed_not_replaced),
        RUN_CLEAN(errors_of_opening_are_told),
        RUN_CLEAN(a_file_that_may_not_be_written_is_left_alone),
        RUN_CLEAN(a_full_disk_leaves_the_old_file_and_no_other),
        RUN_CLEAN(a_device_is_written_not_replaced),
        RUN_CLEAN(a_file_is_mapped),
        RUN_CLEAN(errno_values_have_words),
        RUN_CLEAN(streams_say_what_failed),
        RUN(standard_input_of_unknown_size_is_read_to_its_end),
        RUN_CLEAN(standard_output_is_written_directly),
        RUN(names_end_in_suffixes),
#if defined(ITO_WITH_ZLIB) && ITO_WITH_ZLIB
        RUN_CLEAN(packed_files_are_packed_and_the_same_each_time),
        RUN_CLEAN(damaged_packed_files_are_refused),
        RUN_CLEAN(a_bomb_does_not_go_off),
#else
        RUN_CLEAN(without_zlib_packed_files_are_refused_in_words),
#endif
        RUN(sha256_gives_the_published_digests),
        RUN(sha256_does_not_see_how_data_is_cut),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
