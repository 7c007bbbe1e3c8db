def expected = new File(basedir, 'expected-output.txt').readLines('UTF-8')
assert !expected.isEmpty()
for (variant in ['class-path', 'module-path']) {
    def output = new File(basedir, "$variant/target/output.txt").readLines('UTF-8')
    assert output == expected : "on the $variant the README's example printed $output"
}
