# Nix: nix-build -E 'with import <nixpkgs> { }; callPackage ./pkg/nix/package.nix { }', in the repository.
{ lib, rustPlatform, installShellFiles }:

rustPlatform.buildRustPackage {
  pname = "crosspyc";
  version = "0.1.0";

  src = lib.cleanSource ../..;
  cargoLock.lockFile = ../../Cargo.lock;

  nativeBuildInputs = [ installShellFiles ];

  # The tests run git and compare with files of a checkout; the public CI runs them.
  doCheck = false;

  postInstall = ''
    bash scripts/package generated "$out/bin/crosspyc"
    installManPage target/generated/man/*.1
    installShellCompletion target/generated/complete/*.{bash,fish} target/generated/complete/_crosspyc{,-run}
  '';

  meta = {
    description = "Compile Python source trees to .pyc files for CPython 3.8 to 3.15, with no Python on the machine";
    homepage = "https://github.com/_OWNER_/crosspyc";
    changelog = "https://github.com/_OWNER_/crosspyc/blob/v0.1.0/CHANGELOG.md";
    license = with lib.licenses; [ mit asl20 ];
    mainProgram = "crosspyc";
  };
}
