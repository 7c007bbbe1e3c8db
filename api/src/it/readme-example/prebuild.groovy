// Takes the example from README.md: its first block of Java, and the output that a block of text right behind it shows.
def blocks = new File(readme).getText('UTF-8') =~ /(?s)```java\n(.*?)```\s*```text\n(.*?)```/
assert blocks.find() : "no block of Java with a block of text behind it in $readme"

def source = blocks.group(1)
def classPathSources = new File(basedir, 'class-path/src/main/java')
def modulePathSources = new File(basedir, 'module-path/src/main/java/example')
[classPathSources, modulePathSources]*.mkdirs()
new File(classPathSources, 'Example.java').setText(source, 'UTF-8')
// A named module has no unnamed package.
new File(modulePathSources, 'Example.java').setText('package example;\n\n' + source, 'UTF-8')
new File(basedir, 'expected-output.txt').setText(blocks.group(2), 'UTF-8')
