# Homebrew: brew install crosspyc, from a tap that has this file as Formula/crosspyc.rb.
class Crosspyc < Formula
  desc "Compile Python source trees to .pyc files, with no Python on the machine"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@DOWNLOADS@/@ARCHIVE:aarch64-apple-darwin@"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@DOWNLOADS@/@ARCHIVE:x86_64-apple-darwin@"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@DOWNLOADS@/@ARCHIVE:aarch64-unknown-linux-musl@"
      sha256 "@SHA256:aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@DOWNLOADS@/@ARCHIVE:x86_64-unknown-linux-musl@"
      sha256 "@SHA256:x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "crosspyc", "crosspyc-run"
    man1.install Dir["man/*.1"]
    bash_completion.install "complete/crosspyc.bash" => "crosspyc", "complete/crosspyc-run.bash" => "crosspyc-run"
    zsh_completion.install "complete/_crosspyc", "complete/_crosspyc-run"
    fish_completion.install "complete/crosspyc.fish", "complete/crosspyc-run.fish"
  end

  test do
    (testpath/"hello.py").write "print('Hello')\n"
    system bin/"crosspyc", "compile", "hello.py", "-t", "3.13"
    assert_path_exists testpath/"__pycache__/hello.cpython-313.pyc"
    assert_match version.to_s, shell_output("#{bin}/crosspyc-run --version")
  end
end
